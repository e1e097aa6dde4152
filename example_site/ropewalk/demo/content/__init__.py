"""What the example site says and shows. Everything is made here; nothing is downloaded."""
