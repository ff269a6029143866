"""The strategy sheet: one strategy on one page. What compares many is in `report`."""
