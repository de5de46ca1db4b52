"""Reading everything the platform has, and comparing it with what Clew keeps."""
