"""Rules with one small mistake each -> the share of the mistakes that tests would notice."""
