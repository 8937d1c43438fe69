"""Alpha / M-Protocol: BetaBrite, AlphaEclipse and other signs by Adaptive Micro Systems."""
