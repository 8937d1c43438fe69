"""Satellite receivers on trucks: NMEA 0183 over serial lines, gpsd's JSON over TCP."""
