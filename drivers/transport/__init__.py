"""How bytes reach a device: serial lines today; everything below raises drivers.errors only."""
