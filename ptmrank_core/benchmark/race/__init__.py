"""A race: real training of the plausible models in growing doses, until one is decided on."""

from ptmrank_core.benchmark.race.beliefs import POINT, Beliefs, standings
from ptmrank_core.benchmark.race.choice import NextDose, Stop, final_epochs, final_seconds, next_doses
from ptmrank_core.benchmark.race.posterior import Knowledge
from ptmrank_core.benchmark.race.runners import RaceFacts, Runner

__all__ = [
    "POINT",
    "Beliefs",
    "Knowledge",
    "NextDose",
    "RaceFacts",
    "Runner",
    "Stop",
    "final_epochs",
    "final_seconds",
    "next_doses",
    "standings",
]
