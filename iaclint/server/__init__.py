"""The language server: what editors speak to, over standard input and output."""
