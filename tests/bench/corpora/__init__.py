"""Other people's test corpora, each with its own idea of what is right, held against ours."""
