"""Pixel controllers that listen to Art-Net over UDP."""
