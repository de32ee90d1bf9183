// Made by iree-opt 3.13.0, --iree-stablehlo-input-transformation-pipeline; see tools/generate_mlir_examples.py.
#map = affine_map<() -> ()>
#map1 = affine_map<(d0, d1) -> (d0, d1)>
#map2 = affine_map<(d0, d1) -> (d1, d0)>
#map3 = affine_map<(d0, d1, d2, d3) -> (0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0) -> (d0)>
#map6 = affine_map<(d0) -> (0)>
#map7 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map8 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
module @jit_movement {
  func.func public @main(%arg0: tensor<4x6xf32>) -> (tensor<6x8xf32>, tensor<5x8xf32>, tensor<2x6xf32>, tensor<6x4xf32>, tensor<2x12xf32>, tensor<4x12xf32>, tensor<8x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<5xf32>, tensor<4x12xf32>, tensor<7x16xf32>) {
    %c5 = arith.constant 5 : index
    %cst = arith.constant 4.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 3.000000e+00 : f32
    %0 = tensor.empty() : tensor<f32>
    %1 = linalg.generic {indexing_maps = [#map], iterator_types = []} outs(%0 : tensor<f32>) {
    ^bb0(%out: f32):
      linalg.yield %cst_0 : f32
    } -> tensor<f32>
    %extracted = tensor.extract %1[] : tensor<f32>
    %padded = tensor.pad %arg0 low[1, 1] high[1, 1] {
    ^bb0(%arg1: index, %arg2: index):
      tensor.yield %extracted : f32
    } : tensor<4x6xf32> to tensor<6x8xf32>
    %padded_3 = tensor.pad %arg0 low[0, 2] high[1, 0] {
    ^bb0(%arg1: index, %arg2: index):
      tensor.yield %cst_2 : f32
    } : tensor<4x6xf32> to tensor<5x8xf32>
    %extracted_slice = tensor.extract_slice %arg0[0, 0] [2, 6] [2, 1] : tensor<4x6xf32> to tensor<2x6xf32>
    %2 = tensor.empty() : tensor<2x6xf32>
    %3 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel"]} outs(%2 : tensor<2x6xf32>) {
    ^bb0(%out: f32):
      %52 = linalg.index 0 : index
      %53 = linalg.index 1 : index
      %54 = arith.subi %c5, %53 : index
      %extracted_18 = tensor.extract %extracted_slice[%52, %54] : tensor<2x6xf32>
      linalg.yield %extracted_18 : f32
    } -> tensor<2x6xf32>
    %4 = tensor.empty() : tensor<6x4xf32>
    %5 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%4 : tensor<6x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<6x4xf32>
    %collapsed = tensor.collapse_shape %arg0 [[0, 1]] : tensor<4x6xf32> into tensor<24xf32>
    %expanded = tensor.expand_shape %collapsed [[0, 1]] output_shape [2, 12] : tensor<24xf32> into tensor<2x12xf32>
    %6 = tensor.empty() : tensor<4x6xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%6 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %52 = arith.addf %in, %cst_1 : f32
      linalg.yield %52 : f32
    } -> tensor<4x6xf32>
    %8 = tensor.empty() : tensor<4x12xf32>
    %inserted_slice = tensor.insert_slice %arg0 into %8[0, 0] [4, 6] [1, 1] : tensor<4x6xf32> into tensor<4x12xf32>
    %inserted_slice_4 = tensor.insert_slice %7 into %inserted_slice[0, 6] [4, 6] [1, 1] : tensor<4x6xf32> into tensor<4x12xf32>
    %expanded_5 = tensor.expand_shape %arg0 [[0, 1], [2, 3]] output_shape [1, 4, 1, 6] : tensor<4x6xf32> into tensor<1x4x1x6xf32>
    %9 = tensor.empty() : tensor<2x4x1x6xf32>
    %10 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_5 : tensor<1x4x1x6xf32>) outs(%9 : tensor<2x4x1x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x1x6xf32>
    %collapsed_6 = tensor.collapse_shape %10 [[0, 1], [2, 3]] : tensor<2x4x1x6xf32> into tensor<8x6xf32>
    %extracted_slice_7 = tensor.extract_slice %arg0[3, 0] [1, 6] [1, 1] : tensor<4x6xf32> to tensor<1x6xf32>
    %extracted_slice_8 = tensor.extract_slice %arg0[0, 0] [3, 6] [1, 1] : tensor<4x6xf32> to tensor<3x6xf32>
    %11 = tensor.empty() : tensor<4x6xf32>
    %inserted_slice_9 = tensor.insert_slice %extracted_slice_7 into %11[0, 0] [1, 6] [1, 1] : tensor<1x6xf32> into tensor<4x6xf32>
    %inserted_slice_10 = tensor.insert_slice %extracted_slice_8 into %inserted_slice_9[1, 0] [3, 6] [1, 1] : tensor<3x6xf32> into tensor<4x6xf32>
    %12 = tensor.empty() : tensor<4x6xi32>
    %13 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel"]} outs(%12 : tensor<4x6xi32>) {
    ^bb0(%out: i32):
      %52 = linalg.index 0 : index
      %53 = arith.index_cast %52 : index to i32
      linalg.yield %53 : i32
    } -> tensor<4x6xi32>
    %14 = tensor.empty() : tensor<4x6xi32>
    %15 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel"]} outs(%14 : tensor<4x6xi32>) {
    ^bb0(%out: i32):
      %52 = linalg.index 1 : index
      %53 = arith.index_cast %52 : index to i32
      linalg.yield %53 : i32
    } -> tensor<4x6xi32>
    %16 = tensor.empty() : tensor<4x6xi1>
    %17 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%13, %15 : tensor<4x6xi32>, tensor<4x6xi32>) outs(%16 : tensor<4x6xi1>) {
    ^bb0(%in: i32, %in_18: i32, %out: i1):
      %52 = arith.cmpi sge, %in, %in_18 : i32
      linalg.yield %52 : i1
    } -> tensor<4x6xi1>
    %18 = tensor.empty() : tensor<4x6xf32>
    %19 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%17, %arg0 : tensor<4x6xi1>, tensor<4x6xf32>) outs(%18 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_18: f32, %out: f32):
      %52 = arith.select %in, %in_18, %cst_0 : f32
      linalg.yield %52 : f32
    } -> tensor<4x6xf32>
    %20 = tensor.empty() : tensor<4x4xi32>
    %21 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel"]} outs(%20 : tensor<4x4xi32>) {
    ^bb0(%out: i32):
      %52 = linalg.index 0 : index
      %53 = arith.index_cast %52 : index to i32
      linalg.yield %53 : i32
    } -> tensor<4x4xi32>
    %22 = tensor.empty() : tensor<4x4xi32>
    %23 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel"]} outs(%22 : tensor<4x4xi32>) {
    ^bb0(%out: i32):
      %52 = linalg.index 1 : index
      %53 = arith.index_cast %52 : index to i32
      linalg.yield %53 : i32
    } -> tensor<4x4xi32>
    %24 = tensor.empty() : tensor<4x4xi1>
    %25 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%21, %23 : tensor<4x4xi32>, tensor<4x4xi32>) outs(%24 : tensor<4x4xi1>) {
    ^bb0(%in: i32, %in_18: i32, %out: i1):
      %52 = arith.cmpi eq, %in, %in_18 : i32
      linalg.yield %52 : i1
    } -> tensor<4x4xi1>
    %26 = tensor.empty() : tensor<4x6xf32>
    %27 = linalg.fill ins(%cst_0 : f32) outs(%26 : tensor<4x6xf32>) -> tensor<4x6xf32>
    %28 = linalg.matmul ins(%25, %arg0 : tensor<4x4xi1>, tensor<4x6xf32>) outs(%27 : tensor<4x6xf32>) -> tensor<4x6xf32>
    %29 = tensor.empty() : tensor<f32>
    %30 = linalg.generic {indexing_maps = [#map], iterator_types = []} outs(%29 : tensor<f32>) {
    ^bb0(%out: f32):
      linalg.yield %cst_1 : f32
    } -> tensor<f32>
    %31 = tensor.empty() : tensor<4xf32>
    %32 = linalg.generic {indexing_maps = [#map5], iterator_types = ["parallel"]} outs(%31 : tensor<4xf32>) {
    ^bb0(%out: f32):
      %52 = linalg.index 0 : index
      %53 = arith.index_cast %52 : index to i32
      %54 = arith.sitofp %53 : i32 to f32
      linalg.yield %54 : f32
    } -> tensor<4xf32>
    %33 = tensor.empty() : tensor<4xf32>
    %34 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel"]} ins(%32 : tensor<4xf32>) outs(%33 : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %52 = arith.divf %in, %cst : f32
      linalg.yield %52 : f32
    } -> tensor<4xf32>
    %expanded_11 = tensor.expand_shape %1 [] output_shape [1] : tensor<f32> into tensor<1xf32>
    %35 = tensor.empty() : tensor<4xf32>
    %36 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel"]} ins(%34 : tensor<4xf32>) outs(%35 : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %52 = arith.subf %cst_1, %in : f32
      linalg.yield %52 : f32
    } -> tensor<4xf32>
    %37 = tensor.empty() : tensor<4xf32>
    %38 = linalg.generic {indexing_maps = [#map6, #map5], iterator_types = ["parallel"]} ins(%expanded_11 : tensor<1xf32>) outs(%37 : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4xf32>
    %39 = tensor.empty() : tensor<4xf32>
    %40 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel"]} ins(%38, %36 : tensor<4xf32>, tensor<4xf32>) outs(%39 : tensor<4xf32>) {
    ^bb0(%in: f32, %in_18: f32, %out: f32):
      %52 = arith.mulf %in, %in_18 : f32
      linalg.yield %52 : f32
    } -> tensor<4xf32>
    %expanded_12 = tensor.expand_shape %30 [] output_shape [1] : tensor<f32> into tensor<1xf32>
    %41 = tensor.empty() : tensor<4xf32>
    %42 = linalg.generic {indexing_maps = [#map6, #map5], iterator_types = ["parallel"]} ins(%expanded_12 : tensor<1xf32>) outs(%41 : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4xf32>
    %43 = tensor.empty() : tensor<4xf32>
    %44 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel"]} ins(%42, %34 : tensor<4xf32>, tensor<4xf32>) outs(%43 : tensor<4xf32>) {
    ^bb0(%in: f32, %in_18: f32, %out: f32):
      %52 = arith.mulf %in, %in_18 : f32
      linalg.yield %52 : f32
    } -> tensor<4xf32>
    %45 = tensor.empty() : tensor<4xf32>
    %46 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel"]} ins(%40, %44 : tensor<4xf32>, tensor<4xf32>) outs(%45 : tensor<4xf32>) {
    ^bb0(%in: f32, %in_18: f32, %out: f32):
      %52 = arith.addf %in, %in_18 : f32
      linalg.yield %52 : f32
    } -> tensor<4xf32>
    %47 = tensor.empty() : tensor<5xf32>
    %inserted_slice_13 = tensor.insert_slice %46 into %47[0] [4] [1] : tensor<4xf32> into tensor<5xf32>
    %inserted_slice_14 = tensor.insert_slice %expanded_12 into %inserted_slice_13[4] [1] [1] : tensor<1xf32> into tensor<5xf32>
    %48 = tensor.empty() : tensor<4x6x2xf32>
    %49 = linalg.generic {indexing_maps = [#map7, #map8], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%48 : tensor<4x6x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4x6x2xf32>
    %collapsed_15 = tensor.collapse_shape %49 [[0], [1, 2]] : tensor<4x6x2xf32> into tensor<4x12xf32>
    %50 = tensor.empty() : tensor<9x16xf32>
    %51 = linalg.fill ins(%cst_0 : f32) outs(%50 : tensor<9x16xf32>) -> tensor<9x16xf32>
    %inserted_slice_16 = tensor.insert_slice %arg0 into %51[1, 0] [4, 6] [2, 3] : tensor<4x6xf32> into tensor<9x16xf32>
    %extracted_slice_17 = tensor.extract_slice %inserted_slice_16[0, 0] [7, 16] [1, 1] : tensor<9x16xf32> to tensor<7x16xf32>
    return %padded, %padded_3, %3, %5, %expanded, %inserted_slice_4, %collapsed_6, %inserted_slice_10, %19, %28, %inserted_slice_14, %collapsed_15, %extracted_slice_17 : tensor<6x8xf32>, tensor<5x8xf32>, tensor<2x6xf32>, tensor<6x4xf32>, tensor<2x12xf32>, tensor<4x12xf32>, tensor<8x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<5xf32>, tensor<4x12xf32>, tensor<7x16xf32>
  }
}

