"""Libraries that the core does without, and how to have them."""

READERS = "pip install numpy scipy pandas pyarrow safetensors threadpoolctl"
"""What reads tables and tensors: the extra ``diff`` of the package, by the names of others."""
