import pickle

from twintrack.errors import EquationError, Fault, InputError, TwinTrackError


def test_an_input_error_tells_each_fault_once_on_its_own_line() -> None:
    one, other = Fault("a.yaml:2", "wrong"), Fault("--set x", "also wrong")

    error = InputError([one, other, one])

    assert error.faults == (one, other)
    assert str(error) == "a.yaml:2: wrong\n--set x: also wrong"
    assert InputError(one).faults == (one,)


def test_a_name_that_was_given_empty_is_shown_as_such() -> None:
    assert str(Fault("", "no variable of this name")) == '"": no variable of this name'


def test_exit_codes_tell_wrong_input_from_failed_work() -> None:
    assert TwinTrackError().exit_code == 1
    assert InputError([]).exit_code == 2
    assert EquationError("unknown").exit_code == 2
    assert issubclass(InputError, TwinTrackError)
    assert issubclass(EquationError, TwinTrackError)


def test_an_equation_error_names_place_variable_and_construct() -> None:
    error = EquationError("is not known", variable="x", construct="FOO(1)", where="m.mdl:7")

    assert str(error) == "m.mdl:7: x: is not known (FOO(1))"
    assert str(EquationError("is not known")) == "is not known"


def test_errors_pass_between_processes() -> None:
    error = EquationError("is not known", variable="x", where="m.mdl:7")

    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert pickle.loads(pickle.dumps(InputError(Fault("a", "b")))).faults == (Fault("a", "b"),)
