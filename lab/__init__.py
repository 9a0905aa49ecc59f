"""What measures and trains what this repository ships; outside the wheel."""
