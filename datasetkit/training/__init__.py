"""What a training run is made of, what it needs and what it costs. Pure: numbers in, frozen values out."""
