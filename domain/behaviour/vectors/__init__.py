"""The operations of the kernel: columns in, columns out."""
