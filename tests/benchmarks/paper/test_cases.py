"""Cases, their settings and their names."""

from dataclasses import replace

import pytest

from tests.benchmarks.paper.cases import (
    DATA,
    SCALES,
    STRUCTURES,
    SYSTEMS,
    Case,
    all_cases,
    chosen,
    digest,
)


def test_every_system_is_there_with_every_structure_and_data_set():
    cases = all_cases([0, 1])
    assert len(set(cases)) == len(cases) == 2 * len(DATA) * len(STRUCTURES) * len(SYSTEMS)
    assert [case.seed for case in cases] == sorted(case.seed for case in cases)


@pytest.mark.parametrize("scale", SCALES)
def test_a_case_is_found_by_its_name(scale):
    for case in all_cases([3]):
        assert Case.named(case.name) == case
        assert SCALES[scale][case.data].epochs[case.structure] > 0


@pytest.mark.parametrize("case", all_cases([0]), ids=lambda case: case.name)
def test_every_system_takes_its_parameters(case, budget):
    params = case.params(budget)
    model = SYSTEMS[case.system].make(**params)
    assert {name: model.get_params()[name] for name in params} == params


def test_published_models_have_codes_side_by_side_whatever_their_network(budget):
    for structure in STRUCTURES:
        network = Case("digits", structure, "published_gan", 0).params(budget)["network"]
        assert (type(network).__name__.lower(), network.generator) == (structure, "concat")


@pytest.mark.parametrize(
    "other",
    [{"size": 24}, {"sequences": None}, {"epochs": {"conv": 3, "resnet": 2}}, {"batch_size": 8}],
)
def test_other_settings_have_another_digest(budget, other):
    case = Case("digits", "conv", "mmd", 0)
    same, different = replace(budget), replace(budget, **other)
    assert digest(case.settings(budget)) == digest(case.settings(same))
    assert digest(case.settings(budget)) != digest(case.settings(different))


def test_epochs_of_the_other_structure_do_not_matter(budget):
    other = replace(budget, epochs={"conv": 2, "resnet": 50})
    case = Case("digits", "conv", "mmd", 0)
    assert digest(case.settings(budget)) == digest(case.settings(other))


def test_patterns_choose_cases_and_one_that_names_none_is_refused():
    cases = all_cases([0])
    assert chosen(cases, None) == cases
    found = chosen(cases, ["sprites-conv-*", "digits-resnet-gan-0"])
    assert len(found) == len(SYSTEMS) + 1
    with pytest.raises(ValueError, match=r"--only 'faces-\*' is no case.*see --list"):
        chosen(cases, ["faces-*"])
