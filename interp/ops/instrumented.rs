//! The forms that `sys.monitoring` puts in place: metadata only, they run through the monitoring path.

#[instrumented(code = 234)]
const INSTRUMENTED_END_FOR: Instrumented = END_FOR;

#[instrumented(code = 235)]
const INSTRUMENTED_POP_ITER: Instrumented = POP_ITER;

#[instrumented(code = 236)]
const INSTRUMENTED_END_SEND: Instrumented = END_SEND;

#[instrumented(code = 237)]
const INSTRUMENTED_FOR_ITER: Instrumented = FOR_ITER;

#[instrumented(code = 239)]
const INSTRUMENTED_JUMP_FORWARD: Instrumented = JUMP_FORWARD;

#[instrumented(code = 240)]
const INSTRUMENTED_NOT_TAKEN: Instrumented = NOT_TAKEN;

#[instrumented(code = 241)]
const INSTRUMENTED_POP_JUMP_IF_TRUE: Instrumented = POP_JUMP_IF_TRUE;

#[instrumented(code = 242)]
const INSTRUMENTED_POP_JUMP_IF_FALSE: Instrumented = POP_JUMP_IF_FALSE;

#[instrumented(code = 243)]
const INSTRUMENTED_POP_JUMP_IF_NONE: Instrumented = POP_JUMP_IF_NONE;

#[instrumented(code = 244)]
const INSTRUMENTED_POP_JUMP_IF_NOT_NONE: Instrumented = POP_JUMP_IF_NOT_NONE;

#[instrumented(code = 245)]
const INSTRUMENTED_RESUME: Instrumented = RESUME;

#[instrumented(code = 246)]
const INSTRUMENTED_RETURN_VALUE: Instrumented = RETURN_VALUE;

#[instrumented(code = 247)]
const INSTRUMENTED_YIELD_VALUE: Instrumented = YIELD_VALUE;

#[instrumented(code = 248)]
const INSTRUMENTED_END_ASYNC_FOR: Instrumented = END_ASYNC_FOR;

#[instrumented(code = 249)]
const INSTRUMENTED_LOAD_SUPER_ATTR: Instrumented = LOAD_SUPER_ATTR;

#[instrumented(code = 250)]
const INSTRUMENTED_CALL: Instrumented = CALL;

#[instrumented(code = 251)]
const INSTRUMENTED_CALL_KW: Instrumented = CALL_KW;

#[instrumented(code = 252)]
const INSTRUMENTED_CALL_FUNCTION_EX: Instrumented = CALL_FUNCTION_EX;

#[instrumented(code = 253)]
const INSTRUMENTED_JUMP_BACKWARD: Instrumented = JUMP_BACKWARD;

/// Stands for an instruction that only the code object knows.
#[instrumented(code = 238)]
const INSTRUMENTED_INSTRUCTION: Instrumented = INSTRUMENTED_INSTRUCTION;

/// Stands for the first instruction of a line, which only the code object knows.
#[instrumented(code = 254)]
const INSTRUMENTED_LINE: Instrumented = INSTRUMENTED_LINE;
