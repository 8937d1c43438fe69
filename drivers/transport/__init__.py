"""How bytes reach a device: serial lines, TCP, UDP; everything below raises drivers.errors only."""
