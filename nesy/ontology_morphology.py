"""An English word as written -> the base forms it may be an inflection of; rules and a table, no model."""
