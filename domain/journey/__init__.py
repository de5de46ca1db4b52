"""Journey maps 旅程地图: how far a person has come towards buying, and in learning."""
