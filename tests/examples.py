"""How many random examples the tests run."""

from hypothesis import settings

# Machines differ in speed: no test has a deadline. `make test` gives the same answer twice: its examples are
# derived from the tests. `make fuzz` runs others each time, and more of them, also where CI is set in the environment:
# there Hypothesis derives the examples of every profile that does not say otherwise.
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, derandomize=False, max_examples=1000, print_blob=True)


def examples(count: int) -> int:
    """Return the number of examples of a test: ``count``, ten times as many in `make fuzz`."""
    return count * settings().max_examples // settings.get_profile("fixed").max_examples
