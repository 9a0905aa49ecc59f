"""Question + Scene + model -> an answer that is checked against the scene and the rules, and asked for again."""

from nesy.answering.answer import AnswerClaim, Answered, AnswerStop, AnswerTurn
from nesy.answering.question_loop import ask, ask_unchecked

__all__ = ["AnswerClaim", "AnswerStop", "AnswerTurn", "Answered", "ask", "ask_unchecked"]
