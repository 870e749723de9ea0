"""The parts of the generator of data_samples: one module per kind of sound."""
