"""The OneVision curriculum in small: drawn scenes -> the weights of the embedded model."""
