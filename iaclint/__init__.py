"""iaclint finds security faults in infrastructure as code and repairs them in the file."""

__version__ = "0.1.0"
