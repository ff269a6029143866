"""The twelve tests of a system-dynamics model (Sterman 2000, "Business Dynamics", chapter 21, table 21-4)."""
