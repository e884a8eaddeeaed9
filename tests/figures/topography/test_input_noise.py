"""The figure of accuracy on noisy images in topographic networks."""

from alignment.figures.topography.input_noise import draw


def test_it_is_drawn_in_the_colours_of_conditions(tables, assert_summary_drawn):
    assert_summary_drawn(draw(tables["summary"]), n_panels=6)
