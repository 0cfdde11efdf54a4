"""The course's LeNet as an ONNX model: pictures in, the labels' scores out. What inference engines are given."""

import onnx
import task
from onnx import TensorProto, helper, numpy_helper


def model():
    """Return the model; the batch may have any size."""
    tensors, nodes, x = [], [], "pictures"
    for number, (W, b) in enumerate(task.weights()):
        W = task.channels_first(W) if number < 2 else W
        tensors += [numpy_helper.from_array(W, f"W{number}"), numpy_helper.from_array(b[:, 0].copy(), f"b{number}")]
        names = [x, f"W{number}", f"b{number}"]
        if number < 2:
            nodes += [helper.make_node("Conv", names, [f"z{number}"]),
                      helper.make_node("Relu", [f"z{number}"], [f"y{number}"]),
                      helper.make_node("MaxPool", [f"y{number}"], [f"p{number}"], kernel_shape=[2, 2], strides=[2, 2])]
            x = f"p{number}"
        else:
            nodes.append(helper.make_node("Gemm", names, [f"z{number}"], transB=1))
            x = f"z{number}"
        if number == 1:
            nodes.append(helper.make_node("Flatten", [x], ["flat"]))
            x = "flat"
        if number == 2:
            nodes.append(helper.make_node("Relu", [x], ["hidden"]))
            x = "hidden"
    graph = helper.make_graph(
        nodes, "lenet", [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["N", 1, 28, 28])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["N", 10])], tensors)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made)
    return made
