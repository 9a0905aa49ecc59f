"""A clip -> frames, each analyzed, things followed through them, rules over time -> a timeline, `nesy.timeline/1`."""
