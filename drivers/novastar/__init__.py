"""NovaStar sending cards (MCTRL, VX, COEX and others): brightness, darkness and health only."""
