"""What takes a model takes a loaded one: anything else is refused in words, at every door alike."""

import subprocess
import sys

# In a process of its own: here, shapes and types in annotations are checked before our own words are reached.
ASK = """
import qkwidgets as qk
from qkwidgets.core.errors import InputError
from torch import nn
scene = qk.odd_one_out(1)
doors = {"modes": qk.modes, "alignment": qk.alignment, "rank_modes": lambda model: qk.rank_modes(model, scene)}
for name, door in doors.items():
    for model in ("builtin:o3", nn.Linear(2, 2), scene, None):
        try:
            door(model)
        except InputError as error:
            print(name, error, sep="|")
print(type(qk.explore("builtin:o3", scene)).__name__)
"""
NEEDED = "A model that load_model has given is needed"
OTHERWISE = (
    'Another argument probably stands in the model\'s place. Load a model first: qk.load_model(), or qk.load_model("timm:NAME").'
)
SENTENCES = [
    f"{NEEDED}: got the name 'builtin:o3'. Names are read by load_model and explore alone. Load it first: "
    "qk.load_model('builtin:o3').",
    f"{NEEDED}: got a module (Linear). Its attention has not been read yet. Load it first: qk.load_model(module).",
    f"{NEEDED}: got one of type Scenes. {OTHERWISE}",
    f"{NEEDED}: got one of type NoneType. {OTHERWISE}",
]


def test_what_is_no_loaded_model_is_refused_at_every_door_and_explore_loads_names():
    told = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout.splitlines()
    expected = [f"{door}|{sentence}" for door in ("modes", "alignment", "rank_modes") for sentence in SENTENCES]
    assert told == [*expected, "Explorer"]
