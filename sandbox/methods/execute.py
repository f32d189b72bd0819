"""execute: several calls of one key in one request; failed ones give false and stand in execute_errors."""

from __future__ import annotations

import copy
from typing import Any

from sandbox.api import Call, method
from sandbox.errors import VkError
from sandbox.params import COMMON
from sandbox.records import Json
from sandbox.script import CompileFault, RunFault, as_text, run_script


@method("execute", "code:text! func_v:int", open_ended=True)
def execute(call: Call) -> Any:
    """Runs the code; every API call in it is made in order, with this key."""
    errors: list[Json] = []

    def call_api(name: str, values: dict[str, Any]) -> Any:
        sent = {key: as_text(value) for key, value in values.items() if value is not None}
        sent = {key: value for key, value in sent.items() if key not in {"access_token", "v"}}
        try:
            return copy.deepcopy(call.api.inner(call, name, sent))
        except VkError as error:
            errors.append({"method": name, "error_code": error.code, "error_msg": error.text})
            return False

    arguments = {key: value for key, value in call.sent.items() if key not in COMMON | {"code", "func_v"}}
    try:
        result = run_script(call.get("code"), call_api, arguments)
    except CompileFault as fault:
        raise VkError(12, str(fault)) from fault
    except RunFault as fault:
        raise VkError(13, str(fault)) from fault
    if errors:
        call.notes["execute_errors"] = errors
    return result
