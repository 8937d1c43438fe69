"""AM03127/AM03128 LED display boards (Amplus; sold as Maplin N00GA, McCrypt 590996)."""
