import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.words import WORDS, pack, unpacked


def test_packed_vectors_are_found_again_within_half_a_step_of_their_own_row() -> None:
    rare, common = np.full(8, 0.001), np.linspace(-3, 3, 8)
    table = np.stack([rare, common, np.zeros(8)]).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Gather", [WORDS, "ids"], ["vectors"])],
        "words",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["tokens"])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["tokens", 8])],
        [numpy_helper.from_array(table, WORDS)],
    )
    pack(graph)
    onnx.checker.check_model(helper.make_model(graph))
    found = unpacked({one.name: numpy_helper.to_array(one) for one in graph.initializer})
    steps = np.abs(table).max(1, keepdims=True) / 127
    assert (np.abs(found - table) <= steps / 2 + 1e-9).all()
