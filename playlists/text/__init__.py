"""What is seen: text, fonts, layout, raster, frames and scenes."""
