"""Do the benchmarks count what they say they count?"""

import pytest

from benchmarks.lab import N_HEADS, N_LAYERS, rest_ms, snake
from benchmarks.slider import MARK, script_ms

PAGE, OTHER = {"pid": 1, "tid": 1}, {"pid": 1, "tid": 2}


def mark(at):
    return {"name": MARK, "ts": at, **PAGE}


def event(name, at, dur, tdur=None, thread=PAGE):
    return {"name": name, "ts": at, "dur": dur, "tdur": dur if tdur is None else tdur, **thread}


def test_script_is_what_the_pages_thread_spent_between_two_marks_each_moment_once():
    frame = [event("FireAnimationFrame", 110, 50, 40), event("v8.callFunction", 111, 45), event("FunctionCall", 112, 40)]
    unpacking = [event("BlinkScheduler_PerformMicrotaskCheckpoint", 170, 20)]
    elsewhere = [event("FunctionCall", 120, 500, thread=OTHER), event("Layout", 195, 30), event("TimerFire", 50, 10)]
    after = [event("TimerFire", 310, 7)]
    events = [*after, *unpacking, mark(100), *reversed(frame), mark(400), mark(300), *elsewhere]
    assert script_ms(events) == pytest.approx([0.06, 0.007])


def test_a_walk_through_the_heads_moves_one_slider_a_step_and_comes_to_each_head_once():
    place, seen = {"layer": 0, "head": 0}, {(0, 0)}
    walk = snake(N_LAYERS * N_HEADS)
    for name, value in walk:
        assert abs(place[name] - value) == 1
        place[name] = value
        assert tuple(place.values()) not in seen
        seen.add(tuple(place.values()))
    assert len(seen) == N_LAYERS * N_HEADS == len(walk) + 1


def test_the_rest_left_out_is_that_of_the_page():
    assert rest_ms() > 0
