"""A scalar graph as a WebAssembly module that runs in browsers and in Node, two runs in a register.

`compiling` makes an object file of a model's LLVM text and `linking` the module of that; `description` says
where inputs and outputs lie in it, `written` writes the files. `engine.js` loads and runs them; it is copied
as it stands.
"""
