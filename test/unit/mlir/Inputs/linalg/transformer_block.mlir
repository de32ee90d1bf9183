// Made by iree-opt 3.13.0, --iree-stablehlo-input-transformation-pipeline; see tools/generate_mlir_examples.py.
#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
#map3 = affine_map<(d0, d1, d2) -> (d2)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d1, d2)>
#map7 = affine_map<(d0, d1) -> (d0, d1)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
module @jit_transformer_block {
  func.func public @main(%arg0: tensor<32xf32>, %arg1: tensor<32xf32>, %arg2: tensor<32xf32>, %arg3: tensor<32xf32>, %arg4: tensor<32x64xf32>, %arg5: tensor<64x32xf32>, %arg6: tensor<32x32xf32>, %arg7: tensor<32x32xf32>, %arg8: tensor<32x32xf32>, %arg9: tensor<32x32xf32>, %arg10: tensor<2x8x32xf32>) -> tensor<2x8x32xf32> {
    %cst = arith.constant 1.12837911 : f32
    %cst_0 = arith.constant -0.37612626 : f32
    %cst_1 = arith.constant 0.112835854 : f32
    %cst_2 = arith.constant -0.0268538129 : f32
    %cst_3 = arith.constant 0.00518832775 : f32
    %cst_4 = arith.constant -8.0101937E-4 : f32
    %cst_5 = arith.constant 7.85386146E-5 : f32
    %cst_6 = arith.constant -88.7228394 : f32
    %cst_7 = arith.constant 0.564189494 : f32
    %cst_8 = arith.constant -0.282076746 : f32
    %cst_9 = arith.constant 0.42184633 : f32
    %cst_10 = arith.constant -1.01526523 : f32
    %cst_11 = arith.constant 2.92101908 : f32
    %cst_12 = arith.constant -7.49551868 : f32
    %cst_13 = arith.constant 1.297720e+01 : f32
    %cst_14 = arith.constant -10.477664 : f32
    %cst_15 = arith.constant 0.563825965 : f32
    %cst_16 = arith.constant -0.274112701 : f32
    %cst_17 = arith.constant 3.404880e-01 : f32
    %cst_18 = arith.constant -0.494451523 : f32
    %cst_19 = arith.constant 0.621000468 : f32
    %cst_20 = arith.constant -0.582473278 : f32
    %cst_21 = arith.constant 0.368742466 : f32
    %cst_22 = arith.constant -0.138703942 : f32
    %cst_23 = arith.constant 2.326820e-02 : f32
    %cst_24 = arith.constant 2.000000e+00 : f32
    %cst_25 = arith.constant 1.000000e+00 : f32
    %cst_26 = arith.constant 0.707106769 : f32
    %cst_27 = arith.constant 5.000000e-01 : f32
    %cst_28 = arith.constant 0xFF800000 : f32
    %cst_29 = arith.constant -1.000000e+09 : f32
    %cst_30 = arith.constant 2.82842708 : f32
    %cst_31 = arith.constant 9.99999974E-6 : f32
    %cst_32 = arith.constant 3.200000e+01 : f32
    %cst_33 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x8xf32>
    %1 = linalg.fill ins(%cst_33 : f32) outs(%0 : tensor<2x8xf32>) -> tensor<2x8xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg10 : tensor<2x8x32xf32>) outs(%1 : tensor<2x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %out, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8xf32>
    %expanded = tensor.expand_shape %2 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
    %3 = tensor.empty() : tensor<2x8x1xf32>
    %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded : tensor<2x8x1xf32>) outs(%3 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.divf %in, %cst_32 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x1xf32>
    %5 = tensor.empty() : tensor<2x8x32xf32>
    %6 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%4 : tensor<2x8x1xf32>) outs(%5 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x32xf32>
    %7 = tensor.empty() : tensor<2x8x32xf32>
    %8 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg10, %6 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%7 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.subf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %9 = tensor.empty() : tensor<2x8x32xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8 : tensor<2x8x32xf32>) outs(%9 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.mulf %in, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %11 = tensor.empty() : tensor<2x8xf32>
    %12 = linalg.fill ins(%cst_33 : f32) outs(%11 : tensor<2x8xf32>) -> tensor<2x8xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%10 : tensor<2x8x32xf32>) outs(%12 : tensor<2x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %out, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8xf32>
    %expanded_34 = tensor.expand_shape %13 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
    %14 = tensor.empty() : tensor<2x8x1xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_34 : tensor<2x8x1xf32>) outs(%14 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.divf %in, %cst_32 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x1xf32>
    %16 = tensor.empty() : tensor<2x8x1xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%15 : tensor<2x8x1xf32>) outs(%16 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_31 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x1xf32>
    %18 = tensor.empty() : tensor<2x8x1xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17 : tensor<2x8x1xf32>) outs(%18 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = math.rsqrt %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x1xf32>
    %20 = tensor.empty() : tensor<2x8x32xf32>
    %21 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%19 : tensor<2x8x1xf32>) outs(%20 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x32xf32>
    %22 = tensor.empty() : tensor<2x8x32xf32>
    %23 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %21 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%22 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %24 = tensor.empty() : tensor<2x8x32xf32>
    %25 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg2 : tensor<32xf32>) outs(%24 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x32xf32>
    %26 = tensor.empty() : tensor<2x8x32xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%23, %25 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%26 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %28 = tensor.empty() : tensor<2x8x32xf32>
    %29 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<32xf32>) outs(%28 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x32xf32>
    %30 = tensor.empty() : tensor<2x8x32xf32>
    %31 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%27, %29 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%30 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.addf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %collapsed = tensor.collapse_shape %31 [[0, 1], [2]] : tensor<2x8x32xf32> into tensor<16x32xf32>
    %32 = tensor.empty() : tensor<16x32xf32>
    %33 = linalg.fill ins(%cst_33 : f32) outs(%32 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %34 = linalg.matmul ins(%collapsed, %arg8 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%33 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %expanded_35 = tensor.expand_shape %34 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %35 = tensor.empty() : tensor<16x32xf32>
    %36 = linalg.fill ins(%cst_33 : f32) outs(%35 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %37 = linalg.matmul ins(%collapsed, %arg6 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%36 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %expanded_36 = tensor.expand_shape %37 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %38 = tensor.empty() : tensor<16x32xf32>
    %39 = linalg.fill ins(%cst_33 : f32) outs(%38 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %40 = linalg.matmul ins(%collapsed, %arg9 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%39 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %expanded_37 = tensor.expand_shape %40 [[0, 1], [2, 3]] output_shape [2, 8, 4, 8] : tensor<16x32xf32> into tensor<2x8x4x8xf32>
    %41 = tensor.empty() : tensor<2x4x8x8xf32>
    %42 = linalg.generic {indexing_maps = [#map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_35 : tensor<2x8x4x8xf32>) outs(%41 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x8xf32>
    %43 = tensor.empty() : tensor<2x4x8x8xf32>
    %44 = linalg.generic {indexing_maps = [#map6, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_36 : tensor<2x8x4x8xf32>) outs(%43 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x8xf32>
    %collapsed_38 = tensor.collapse_shape %42 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %collapsed_39 = tensor.collapse_shape %44 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %45 = tensor.empty() : tensor<8x8x8xf32>
    %46 = linalg.fill ins(%cst_33 : f32) outs(%45 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %47 = linalg.batch_matmul ins(%collapsed_38, %collapsed_39 : tensor<8x8x8xf32>, tensor<8x8x8xf32>) outs(%46 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %expanded_40 = tensor.expand_shape %47 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %48 = tensor.empty() : tensor<2x4x8x8xf32>
    %49 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_40 : tensor<2x4x8x8xf32>) outs(%48 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.divf %in, %cst_30 : f32
      linalg.yield %260 : f32
    } -> tensor<2x4x8x8xf32>
    %50 = tensor.empty() : tensor<8x8xi32>
    %51 = linalg.generic {indexing_maps = [#map7], iterator_types = ["parallel", "parallel"]} outs(%50 : tensor<8x8xi32>) {
    ^bb0(%out: i32):
      %260 = linalg.index 0 : index
      %261 = arith.index_cast %260 : index to i32
      linalg.yield %261 : i32
    } -> tensor<8x8xi32>
    %52 = tensor.empty() : tensor<8x8xi32>
    %53 = linalg.generic {indexing_maps = [#map7], iterator_types = ["parallel", "parallel"]} outs(%52 : tensor<8x8xi32>) {
    ^bb0(%out: i32):
      %260 = linalg.index 1 : index
      %261 = arith.index_cast %260 : index to i32
      linalg.yield %261 : i32
    } -> tensor<8x8xi32>
    %54 = tensor.empty() : tensor<8x8xi1>
    %55 = linalg.generic {indexing_maps = [#map7, #map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%51, %53 : tensor<8x8xi32>, tensor<8x8xi32>) outs(%54 : tensor<8x8xi1>) {
    ^bb0(%in: i32, %in_52: i32, %out: i1):
      %260 = arith.cmpi sge, %in, %in_52 : i32
      linalg.yield %260 : i1
    } -> tensor<8x8xi1>
    %56 = tensor.empty() : tensor<2x4x8x8xi1>
    %57 = linalg.generic {indexing_maps = [#map8, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%55 : tensor<8x8xi1>) outs(%56 : tensor<2x4x8x8xi1>) {
    ^bb0(%in: i1, %out: i1):
      linalg.yield %in : i1
    } -> tensor<2x4x8x8xi1>
    %58 = tensor.empty() : tensor<2x4x8x8xf32>
    %59 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57, %49 : tensor<2x4x8x8xi1>, tensor<2x4x8x8xf32>) outs(%58 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: i1, %in_52: f32, %out: f32):
      %260 = arith.select %in, %in_52, %cst_29 : f32
      linalg.yield %260 : f32
    } -> tensor<2x4x8x8xf32>
    %60 = tensor.empty() : tensor<2x4x8xf32>
    %61 = linalg.fill ins(%cst_28 : f32) outs(%60 : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
    %62 = linalg.generic {indexing_maps = [#map5, #map9], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%59 : tensor<2x4x8x8xf32>) outs(%61 : tensor<2x4x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.maximumf %out, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x4x8xf32>
    %63 = tensor.empty() : tensor<2x4x8x8xf32>
    %64 = linalg.generic {indexing_maps = [#map9, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%62 : tensor<2x4x8xf32>) outs(%63 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x8xf32>
    %65 = tensor.empty() : tensor<2x4x8x8xf32>
    %66 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%59, %64 : tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) outs(%65 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.subf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x4x8x8xf32>
    %67 = tensor.empty() : tensor<2x4x8x8xf32>
    %68 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%66 : tensor<2x4x8x8xf32>) outs(%67 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = math.exp %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x4x8x8xf32>
    %69 = tensor.empty() : tensor<2x4x8xf32>
    %70 = linalg.fill ins(%cst_33 : f32) outs(%69 : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
    %71 = linalg.generic {indexing_maps = [#map5, #map9], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%68 : tensor<2x4x8x8xf32>) outs(%70 : tensor<2x4x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %out, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x4x8xf32>
    %72 = tensor.empty() : tensor<2x4x8x8xf32>
    %73 = linalg.generic {indexing_maps = [#map9, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%71 : tensor<2x4x8xf32>) outs(%72 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x8xf32>
    %74 = tensor.empty() : tensor<2x4x8x8xf32>
    %75 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%68, %73 : tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) outs(%74 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.divf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x4x8x8xf32>
    %76 = tensor.empty() : tensor<2x4x8x8xf32>
    %77 = linalg.generic {indexing_maps = [#map6, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_37 : tensor<2x8x4x8xf32>) outs(%76 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x8xf32>
    %78 = tensor.empty() : tensor<2x4x8x8xf32>
    %79 = linalg.generic {indexing_maps = [#map10, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%75 : tensor<2x4x8x8xf32>) outs(%78 : tensor<2x4x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x8x8xf32>
    %collapsed_41 = tensor.collapse_shape %77 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %collapsed_42 = tensor.collapse_shape %79 [[0, 1], [2], [3]] : tensor<2x4x8x8xf32> into tensor<8x8x8xf32>
    %80 = tensor.empty() : tensor<8x8x8xf32>
    %81 = linalg.fill ins(%cst_33 : f32) outs(%80 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %82 = linalg.batch_matmul ins(%collapsed_41, %collapsed_42 : tensor<8x8x8xf32>, tensor<8x8x8xf32>) outs(%81 : tensor<8x8x8xf32>) -> tensor<8x8x8xf32>
    %expanded_43 = tensor.expand_shape %82 [[0, 1], [2], [3]] output_shape [2, 4, 8, 8] : tensor<8x8x8xf32> into tensor<2x4x8x8xf32>
    %83 = tensor.empty() : tensor<2x8x4x8xf32>
    %84 = linalg.generic {indexing_maps = [#map11, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_43 : tensor<2x4x8x8xf32>) outs(%83 : tensor<2x8x4x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x4x8xf32>
    %collapsed_44 = tensor.collapse_shape %84 [[0, 1], [2, 3]] : tensor<2x8x4x8xf32> into tensor<16x32xf32>
    %85 = tensor.empty() : tensor<16x32xf32>
    %86 = linalg.fill ins(%cst_33 : f32) outs(%85 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %87 = linalg.matmul ins(%collapsed_44, %arg7 : tensor<16x32xf32>, tensor<32x32xf32>) outs(%86 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %expanded_45 = tensor.expand_shape %87 [[0, 1], [2]] output_shape [2, 8, 32] : tensor<16x32xf32> into tensor<2x8x32xf32>
    %88 = tensor.empty() : tensor<2x8x32xf32>
    %89 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg10, %expanded_45 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%88 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.addf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %90 = tensor.empty() : tensor<2x8xf32>
    %91 = linalg.fill ins(%cst_33 : f32) outs(%90 : tensor<2x8xf32>) -> tensor<2x8xf32>
    %92 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%89 : tensor<2x8x32xf32>) outs(%91 : tensor<2x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %out, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8xf32>
    %expanded_46 = tensor.expand_shape %92 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
    %93 = tensor.empty() : tensor<2x8x1xf32>
    %94 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_46 : tensor<2x8x1xf32>) outs(%93 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.divf %in, %cst_32 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x1xf32>
    %95 = tensor.empty() : tensor<2x8x32xf32>
    %96 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%94 : tensor<2x8x1xf32>) outs(%95 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x32xf32>
    %97 = tensor.empty() : tensor<2x8x32xf32>
    %98 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%89, %96 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%97 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.subf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %99 = tensor.empty() : tensor<2x8x32xf32>
    %100 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%98 : tensor<2x8x32xf32>) outs(%99 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.mulf %in, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %101 = tensor.empty() : tensor<2x8xf32>
    %102 = linalg.fill ins(%cst_33 : f32) outs(%101 : tensor<2x8xf32>) -> tensor<2x8xf32>
    %103 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%100 : tensor<2x8x32xf32>) outs(%102 : tensor<2x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %out, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8xf32>
    %expanded_47 = tensor.expand_shape %103 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
    %104 = tensor.empty() : tensor<2x8x1xf32>
    %105 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_47 : tensor<2x8x1xf32>) outs(%104 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.divf %in, %cst_32 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x1xf32>
    %106 = tensor.empty() : tensor<2x8x1xf32>
    %107 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%105 : tensor<2x8x1xf32>) outs(%106 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_31 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x1xf32>
    %108 = tensor.empty() : tensor<2x8x1xf32>
    %109 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%107 : tensor<2x8x1xf32>) outs(%108 : tensor<2x8x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = math.rsqrt %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x1xf32>
    %110 = tensor.empty() : tensor<2x8x32xf32>
    %111 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%109 : tensor<2x8x1xf32>) outs(%110 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x32xf32>
    %112 = tensor.empty() : tensor<2x8x32xf32>
    %113 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%98, %111 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%112 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %114 = tensor.empty() : tensor<2x8x32xf32>
    %115 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg3 : tensor<32xf32>) outs(%114 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x32xf32>
    %116 = tensor.empty() : tensor<2x8x32xf32>
    %117 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%113, %115 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%116 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %118 = tensor.empty() : tensor<2x8x32xf32>
    %119 = linalg.generic {indexing_maps = [#map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1 : tensor<32xf32>) outs(%118 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x8x32xf32>
    %120 = tensor.empty() : tensor<2x8x32xf32>
    %121 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%117, %119 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%120 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.addf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    %collapsed_48 = tensor.collapse_shape %121 [[0, 1], [2]] : tensor<2x8x32xf32> into tensor<16x32xf32>
    %122 = tensor.empty() : tensor<16x64xf32>
    %123 = linalg.fill ins(%cst_33 : f32) outs(%122 : tensor<16x64xf32>) -> tensor<16x64xf32>
    %124 = linalg.matmul ins(%collapsed_48, %arg4 : tensor<16x32xf32>, tensor<32x64xf32>) outs(%123 : tensor<16x64xf32>) -> tensor<16x64xf32>
    %expanded_49 = tensor.expand_shape %124 [[0, 1], [2]] output_shape [2, 8, 64] : tensor<16x64xf32> into tensor<2x8x64xf32>
    %125 = tensor.empty() : tensor<2x8x64xf32>
    %126 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_49 : tensor<2x8x64xf32>) outs(%125 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.mulf %in, %cst_27 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %127 = tensor.empty() : tensor<2x8x64xf32>
    %128 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_49 : tensor<2x8x64xf32>) outs(%127 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.negf %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %129 = tensor.empty() : tensor<2x8x64xf32>
    %130 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%128 : tensor<2x8x64xf32>) outs(%129 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.mulf %in, %cst_26 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %131 = tensor.empty() : tensor<2x8x64xf32>
    %132 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%130 : tensor<2x8x64xf32>) outs(%131 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.mulf %in, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %133 = tensor.empty() : tensor<2x8x64xf32>
    %134 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%132 : tensor<2x8x64xf32>) outs(%133 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.negf %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %135 = tensor.empty() : tensor<2x8x64xf32>
    %136 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%130 : tensor<2x8x64xf32>) outs(%135 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = math.absf %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %137 = tensor.empty() : tensor<2x8x64xf32>
    %138 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%132 : tensor<2x8x64xf32>) outs(%137 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.divf %cst_25, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %139 = tensor.empty() : tensor<2x8x64xf32>
    %140 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%134 : tensor<2x8x64xf32>) outs(%139 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = math.exp %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %141 = tensor.empty() : tensor<2x8x64xf32>
    %142 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%136 : tensor<2x8x64xf32>) outs(%141 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.divf %cst_25, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %143 = tensor.empty() : tensor<2x8x64xf32>
    %144 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%140, %142 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%143 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %145 = tensor.empty() : tensor<2x8x64xi1>
    %146 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%136 : tensor<2x8x64xf32>) outs(%145 : tensor<2x8x64xi1>) {
    ^bb0(%in: f32, %out: i1):
      %260 = arith.cmpf olt, %in, %cst_24 : f32
      linalg.yield %260 : i1
    } -> tensor<2x8x64xi1>
    %147 = tensor.empty() : tensor<2x8x64xf32>
    %148 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%138 : tensor<2x8x64xf32>) outs(%147 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.mulf %in, %cst_23 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %149 = tensor.empty() : tensor<2x8x64xf32>
    %150 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%148 : tensor<2x8x64xf32>) outs(%149 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_22 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %151 = tensor.empty() : tensor<2x8x64xf32>
    %152 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%150, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%151 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %153 = tensor.empty() : tensor<2x8x64xf32>
    %154 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%152 : tensor<2x8x64xf32>) outs(%153 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_21 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %155 = tensor.empty() : tensor<2x8x64xf32>
    %156 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%154, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%155 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %157 = tensor.empty() : tensor<2x8x64xf32>
    %158 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%156 : tensor<2x8x64xf32>) outs(%157 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_20 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %159 = tensor.empty() : tensor<2x8x64xf32>
    %160 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%158, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%159 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %161 = tensor.empty() : tensor<2x8x64xf32>
    %162 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%160 : tensor<2x8x64xf32>) outs(%161 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_19 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %163 = tensor.empty() : tensor<2x8x64xf32>
    %164 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%162, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%163 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %165 = tensor.empty() : tensor<2x8x64xf32>
    %166 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%164 : tensor<2x8x64xf32>) outs(%165 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_18 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %167 = tensor.empty() : tensor<2x8x64xf32>
    %168 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%166, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%167 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %169 = tensor.empty() : tensor<2x8x64xf32>
    %170 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%168 : tensor<2x8x64xf32>) outs(%169 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_17 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %171 = tensor.empty() : tensor<2x8x64xf32>
    %172 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%170, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%171 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %173 = tensor.empty() : tensor<2x8x64xf32>
    %174 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%172 : tensor<2x8x64xf32>) outs(%173 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_16 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %175 = tensor.empty() : tensor<2x8x64xf32>
    %176 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%174, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%175 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %177 = tensor.empty() : tensor<2x8x64xf32>
    %178 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%176 : tensor<2x8x64xf32>) outs(%177 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_15 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %179 = tensor.empty() : tensor<2x8x64xf32>
    %180 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%138 : tensor<2x8x64xf32>) outs(%179 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.mulf %in, %cst_14 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %181 = tensor.empty() : tensor<2x8x64xf32>
    %182 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%180 : tensor<2x8x64xf32>) outs(%181 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_13 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %183 = tensor.empty() : tensor<2x8x64xf32>
    %184 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%182, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%183 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %185 = tensor.empty() : tensor<2x8x64xf32>
    %186 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%184 : tensor<2x8x64xf32>) outs(%185 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_12 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %187 = tensor.empty() : tensor<2x8x64xf32>
    %188 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%186, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%187 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %189 = tensor.empty() : tensor<2x8x64xf32>
    %190 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%188 : tensor<2x8x64xf32>) outs(%189 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_11 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %191 = tensor.empty() : tensor<2x8x64xf32>
    %192 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%190, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%191 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %193 = tensor.empty() : tensor<2x8x64xf32>
    %194 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%192 : tensor<2x8x64xf32>) outs(%193 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_10 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %195 = tensor.empty() : tensor<2x8x64xf32>
    %196 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%194, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%195 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %197 = tensor.empty() : tensor<2x8x64xf32>
    %198 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%196 : tensor<2x8x64xf32>) outs(%197 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_9 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %199 = tensor.empty() : tensor<2x8x64xf32>
    %200 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%198, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%199 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %201 = tensor.empty() : tensor<2x8x64xf32>
    %202 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%200 : tensor<2x8x64xf32>) outs(%201 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_8 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %203 = tensor.empty() : tensor<2x8x64xf32>
    %204 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%202, %138 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%203 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %205 = tensor.empty() : tensor<2x8x64xf32>
    %206 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%204 : tensor<2x8x64xf32>) outs(%205 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_7 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %207 = tensor.empty() : tensor<2x8x64xf32>
    %208 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%146, %178, %206 : tensor<2x8x64xi1>, tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%207 : tensor<2x8x64xf32>) {
    ^bb0(%in: i1, %in_52: f32, %in_53: f32, %out: f32):
      %260 = arith.select %in, %in_52, %in_53 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %209 = tensor.empty() : tensor<2x8x64xf32>
    %210 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%144, %208 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%209 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %211 = tensor.empty() : tensor<2x8x64xi1>
    %212 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%134 : tensor<2x8x64xf32>) outs(%211 : tensor<2x8x64xi1>) {
    ^bb0(%in: f32, %out: i1):
      %260 = arith.cmpf olt, %in, %cst_6 : f32
      linalg.yield %260 : i1
    } -> tensor<2x8x64xi1>
    %213 = tensor.empty() : tensor<2x8x64xf32>
    %214 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%212, %210 : tensor<2x8x64xi1>, tensor<2x8x64xf32>) outs(%213 : tensor<2x8x64xf32>) {
    ^bb0(%in: i1, %in_52: f32, %out: f32):
      %260 = arith.select %in, %cst_33, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %215 = tensor.empty() : tensor<2x8x64xi1>
    %216 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%130 : tensor<2x8x64xf32>) outs(%215 : tensor<2x8x64xi1>) {
    ^bb0(%in: f32, %out: i1):
      %260 = arith.cmpf olt, %in, %cst_33 : f32
      linalg.yield %260 : i1
    } -> tensor<2x8x64xi1>
    %217 = tensor.empty() : tensor<2x8x64xf32>
    %218 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%214 : tensor<2x8x64xf32>) outs(%217 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.subf %cst_24, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %219 = tensor.empty() : tensor<2x8x64xf32>
    %220 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%216, %218, %214 : tensor<2x8x64xi1>, tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%219 : tensor<2x8x64xf32>) {
    ^bb0(%in: i1, %in_52: f32, %in_53: f32, %out: f32):
      %260 = arith.select %in, %in_52, %in_53 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %221 = tensor.empty() : tensor<2x8x64xf32>
    %222 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%132 : tensor<2x8x64xf32>) outs(%221 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.mulf %in, %cst_5 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %223 = tensor.empty() : tensor<2x8x64xf32>
    %224 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%222 : tensor<2x8x64xf32>) outs(%223 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_4 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %225 = tensor.empty() : tensor<2x8x64xf32>
    %226 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%224, %132 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%225 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %227 = tensor.empty() : tensor<2x8x64xf32>
    %228 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%226 : tensor<2x8x64xf32>) outs(%227 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_3 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %229 = tensor.empty() : tensor<2x8x64xf32>
    %230 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%228, %132 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%229 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %231 = tensor.empty() : tensor<2x8x64xf32>
    %232 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%230 : tensor<2x8x64xf32>) outs(%231 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_2 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %233 = tensor.empty() : tensor<2x8x64xf32>
    %234 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%232, %132 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%233 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %235 = tensor.empty() : tensor<2x8x64xf32>
    %236 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%234 : tensor<2x8x64xf32>) outs(%235 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_1 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %237 = tensor.empty() : tensor<2x8x64xf32>
    %238 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%236, %132 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%237 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %239 = tensor.empty() : tensor<2x8x64xf32>
    %240 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%238 : tensor<2x8x64xf32>) outs(%239 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst_0 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %241 = tensor.empty() : tensor<2x8x64xf32>
    %242 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%240, %132 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%241 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %243 = tensor.empty() : tensor<2x8x64xf32>
    %244 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%242 : tensor<2x8x64xf32>) outs(%243 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.addf %in, %cst : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %245 = tensor.empty() : tensor<2x8x64xf32>
    %246 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%130, %244 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%245 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %247 = tensor.empty() : tensor<2x8x64xf32>
    %248 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%246 : tensor<2x8x64xf32>) outs(%247 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %out: f32):
      %260 = arith.subf %cst_25, %in : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %249 = tensor.empty() : tensor<2x8x64xi1>
    %250 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%136 : tensor<2x8x64xf32>) outs(%249 : tensor<2x8x64xi1>) {
    ^bb0(%in: f32, %out: i1):
      %260 = arith.cmpf olt, %in, %cst_25 : f32
      linalg.yield %260 : i1
    } -> tensor<2x8x64xi1>
    %251 = tensor.empty() : tensor<2x8x64xf32>
    %252 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%250, %248, %220 : tensor<2x8x64xi1>, tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%251 : tensor<2x8x64xf32>) {
    ^bb0(%in: i1, %in_52: f32, %in_53: f32, %out: f32):
      %260 = arith.select %in, %in_52, %in_53 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %253 = tensor.empty() : tensor<2x8x64xf32>
    %254 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%126, %252 : tensor<2x8x64xf32>, tensor<2x8x64xf32>) outs(%253 : tensor<2x8x64xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.mulf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x64xf32>
    %collapsed_50 = tensor.collapse_shape %254 [[0, 1], [2]] : tensor<2x8x64xf32> into tensor<16x64xf32>
    %255 = tensor.empty() : tensor<16x32xf32>
    %256 = linalg.fill ins(%cst_33 : f32) outs(%255 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %257 = linalg.matmul ins(%collapsed_50, %arg5 : tensor<16x64xf32>, tensor<64x32xf32>) outs(%256 : tensor<16x32xf32>) -> tensor<16x32xf32>
    %expanded_51 = tensor.expand_shape %257 [[0, 1], [2]] output_shape [2, 8, 32] : tensor<16x32xf32> into tensor<2x8x32xf32>
    %258 = tensor.empty() : tensor<2x8x32xf32>
    %259 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%89, %expanded_51 : tensor<2x8x32xf32>, tensor<2x8x32xf32>) outs(%258 : tensor<2x8x32xf32>) {
    ^bb0(%in: f32, %in_52: f32, %out: f32):
      %260 = arith.addf %in, %in_52 : f32
      linalg.yield %260 : f32
    } -> tensor<2x8x32xf32>
    return %259 : tensor<2x8x32xf32>
  }
}

