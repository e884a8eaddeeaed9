"""The networks of a design."""

from alignment.topography.design import Trained, networks


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
