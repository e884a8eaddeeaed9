"""The networks of a design."""

import pytest

from alignment.artifacts.errors import InputError
from alignment.topography.design import Trained, check_grid, examples, loss_options, networks


def test_the_papers_design_has_130_networks():
    found = networks(["WS", "AS"], [0.1, 0.3, 0.5, 1, 2, 3], range(10))
    assert len(found) == len(set(found)) == 130
    assert sum(trained.condition == "control" for trained in found) == 10


def test_paths_name_condition_lambda_and_seed():
    assert Trained("WS", "0.3", 2).path == "WS/lambda-0.3/seed-2"
    assert {n.path for n in networks(["AS"], [1.0, 2], [4])} == {
        "control/lambda-0/seed-4",
        "AS/lambda-1/seed-4",
        "AS/lambda-2/seed-4",
    }


@pytest.mark.parametrize("grid", [(11, 10), (5, 5), (122, 1)])
def test_a_grid_without_a_place_for_every_unit_is_refused(grid):
    sentence = f"config: topography: grid: {grid[0]} x {grid[1]} gives .* has 121 units; take"
    with pytest.raises(InputError, match=sentence):
        check_grid(grid)
    assert check_grid([1, 121]) == (1, 121)


def test_one_network_per_condition_is_shown():
    design = networks(["WS", "AS"], [3, 0.3, 1], [7, 5])
    assert [trained.path for trained in examples(design, [3, 0.3, 1])] == [
        "control/lambda-0/seed-5",
        "WS/lambda-1/seed-5",
        "AS/lambda-1/seed-5",
    ]


def test_an_option_of_one_loss_is_none_of_another():
    section = {"neighbourhood": "moore", "wrap": False, "distance": "cosine"}
    section |= {"activation_pairs": "tdann", "pyramid_factor": 3}
    assert loss_options(section, "control") == {}
    assert "activation_pairs" not in loss_options(section, "WS")
    assert loss_options(section, "AS")["activation_pairs"] == "tdann"
    assert loss_options(section, "TopoLoss") == {"pyramid_factor": 3}
