"""What a model scores and was made with, wherever the files of that are kept."""
