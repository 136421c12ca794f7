//! Whether who asks is who they say: passwords, tokens, and the memory of what was proven lately.
