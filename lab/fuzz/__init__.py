"""Hostile input by the ten thousand: seeded mutations of valid files, replies and texts, read in other processes.

`python -m lab.fuzz` (`make fuzz`). Each input hangs on the seed, its kind and its number alone, so one that fails is
made again by `--kind KIND --seed SEED --only NUMBER`.
"""
