"""A scalar graph as machine code of this processor, by LLVM: eight runs in a register.

`target` says how wide code is, here and elsewhere. `source` writes a model as LLVM's text, `machine` compiles
and loads it, `computation` calls it, `engine` does all of this for one model.
"""
