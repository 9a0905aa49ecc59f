"""What can be used on this machine, and how a model behaves here."""

from nesy.doctor.machine import Checkup, Status, examine

__all__ = ["Checkup", "Status", "examine"]
