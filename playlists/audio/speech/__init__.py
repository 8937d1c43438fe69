"""What is spoken: text becomes words, words become samples."""
