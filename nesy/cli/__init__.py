"""The command line: arguments in, results on standard output, notices on standard error, an exit code."""
