// Made by iree-opt 3.13.0; see tools/generate_mlir_examples.py.
module {
  func.func @main(%arg0: tensor<1x8x8x4xi8>) -> tensor<1x2x2x6xi8> {
    %0 = tosa.const  values(dense<-3> : tensor<1xi8>) : () -> tensor<1xi8>
    %1 = tosa.const  values(dense<0> : tensor<1xi8>) : () -> tensor<1xi8>
    %2 = tosa.const  values(dense<"0xDC639C6707E48A6E523688FDE22DEB59CE82A00685EE9E9FB5FC96CE6F1D3AA0B166201267C70923293B8A6CDB5F5BF3C04D3D65F2FB8BA0B5BB7022A2E08FB06911EC3035C50C59D01297942B1152730E999B5890ABD4B8C7629620EAFA24F6EDF415028F3FD5AA48D465FC5EF85E9C93DD93E8EDC1F1E1DD3D58FA58025F245B7ED78EB2CEB145C2E2D81A59C62C5071199DC106737386FF62D7FA3773A990221AEE0D8E858BF9C4770F2E5583E402053B4962ABF9FD56F4A19D24B8EA94691BCB58BD1C26EB5E2CC3FE1D13410FAA3E1EE5EE404D754F"> : tensor<6x3x3x4xi8>) : () -> tensor<6x3x3x4xi8>
    %3 = tosa.const  values(dense<[-231, 75, -931, -694, -724, -506]> : tensor<6xi32>) : () -> tensor<6xi32>
    %4 = tosa.conv2d %arg0, %2, %3, %0, %1 pad([1, 0, 1, 0]) stride([2, 2]) dilation([1, 1]) acc_type(i32)  : (tensor<1x8x8x4xi8>, tensor<6x3x3x4xi8>, tensor<6xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4x6xi32>
    %5 = tosa.const  values(dense<[2099107271, 1209409251, 1975275474, 1749655607, 1994405410, 1928576611]> : tensor<6xi32>) : () -> tensor<6xi32>
    %6 = tosa.const  values(dense<[38, 39, 37, 39, 38, 39]> : tensor<6xi8>) : () -> tensor<6xi8>
    %7 = tosa.const  values(dense<0> : tensor<1xi32>) : () -> tensor<1xi32>
    %8 = tosa.const  values(dense<5> : tensor<1xi8>) : () -> tensor<1xi8>
    %9 = tosa.rescale %4, %5, %6, %7, %8 scale32(true) rounding_mode<SINGLE_ROUND> per_channel(true) input_unsigned(false) output_unsigned(false) : (tensor<1x4x4x6xi32>, tensor<6xi32>, tensor<6xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x4x6xi8>
    %10 = tosa.max_pool2d %9 kernel([2, 2]) stride([2, 2]) pad([0, 0, 0, 0]) : (tensor<1x4x4x6xi8>) -> tensor<1x2x2x6xi8>
    return %10 : tensor<1x2x2x6xi8>
  }
}

