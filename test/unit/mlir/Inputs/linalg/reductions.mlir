// Made by iree-opt 3.13.0, --iree-stablehlo-input-transformation-pipeline; see tools/generate_mlir_examples.py.
#map = affine_map<(d0, d1) -> (d0, d1)>
#map1 = affine_map<(d0, d1) -> (d0)>
#map2 = affine_map<(d0, d1) -> (d1, d0)>
#map3 = affine_map<(d0, d1) -> ()>
#map4 = affine_map<() -> ()>
#map5 = affine_map<(d0, d1) -> (d1)>
#map6 = affine_map<(d0, d1) -> (0, d1)>
#map7 = affine_map<(d0) -> ()>
#map8 = affine_map<(d0) -> (d0)>
module @jit_reductions {
  func.func public @main(%arg0: tensor<4x6xf32>) -> (tensor<4xi32>, tensor<4xi1>, tensor<6xi1>, tensor<f32>, tensor<6xf32>, tensor<4xf32>, tensor<4xi32>, tensor<6xi32>, tensor<f32>, tensor<6xf32>, tensor<4xi32>, tensor<4xi32>) {
    %c-2147483648_i32 = arith.constant -2147483648 : i32
    %cst = arith.constant 0x7FC00000 : f32
    %cst_0 = arith.constant 4.000000e+00 : f32
    %cst_1 = arith.constant 2.400000e+01 : f32
    %cst_2 = arith.constant 1.000000e+00 : f32
    %cst_3 = arith.constant 0x7F800000 : f32
    %cst_4 = arith.constant 0xFF800000 : f32
    %true = arith.constant true
    %cst_5 = arith.constant -1.000000e+00 : f32
    %false = arith.constant false
    %c0_i32 = arith.constant 0 : i32
    %cst_6 = arith.constant 0.000000e+00 : f32
    %cst_7 = arith.constant 1.000000e+01 : f32
    %0 = tensor.empty() : tensor<4x6xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%0 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.mulf %in, %cst_7 : f32
      linalg.yield %81 : f32
    } -> tensor<4x6xf32>
    %2 = tensor.empty() : tensor<4x6xi32>
    %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<4x6xf32>) outs(%2 : tensor<4x6xi32>) {
    ^bb0(%in: f32, %out: i32):
      %81 = arith.fptosi %in : f32 to i32
      linalg.yield %81 : i32
    } -> tensor<4x6xi32>
    %4 = tensor.empty() : tensor<4x6xi1>
    %5 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%4 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %81 = arith.cmpf ogt, %in, %cst_6 : f32
      linalg.yield %81 : i1
    } -> tensor<4x6xi1>
    %6 = tensor.empty() : tensor<4x6xi32>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%5 : tensor<4x6xi1>) outs(%6 : tensor<4x6xi32>) {
    ^bb0(%in: i1, %out: i32):
      %81 = arith.extui %in : i1 to i32
      linalg.yield %81 : i32
    } -> tensor<4x6xi32>
    %8 = tensor.empty() : tensor<4xi32>
    %9 = linalg.fill ins(%c0_i32 : i32) outs(%8 : tensor<4xi32>) -> tensor<4xi32>
    %10 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%7 : tensor<4x6xi32>) outs(%9 : tensor<4xi32>) {
    ^bb0(%in: i32, %out: i32):
      %81 = arith.addi %out, %in : i32
      linalg.yield %81 : i32
    } -> tensor<4xi32>
    %11 = tensor.empty() : tensor<4xi1>
    %12 = linalg.fill ins(%false : i1) outs(%11 : tensor<4xi1>) -> tensor<4xi1>
    %13 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%5 : tensor<4x6xi1>) outs(%12 : tensor<4xi1>) {
    ^bb0(%in: i1, %out: i1):
      %81 = arith.ori %out, %in : i1
      linalg.yield %81 : i1
    } -> tensor<4xi1>
    %14 = tensor.empty() : tensor<4x6xi1>
    %15 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%14 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %81 = arith.cmpf ogt, %in, %cst_5 : f32
      linalg.yield %81 : i1
    } -> tensor<4x6xi1>
    %16 = tensor.empty() : tensor<6xi1>
    %17 = linalg.fill ins(%true : i1) outs(%16 : tensor<6xi1>) -> tensor<6xi1>
    %18 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "reduction"]} ins(%15 : tensor<4x6xi1>) outs(%17 : tensor<6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %81 = arith.andi %out, %in : i1
      linalg.yield %81 : i1
    } -> tensor<6xi1>
    %19 = tensor.empty() : tensor<f32>
    %20 = linalg.fill ins(%cst_4 : f32) outs(%19 : tensor<f32>) -> tensor<f32>
    %21 = linalg.generic {indexing_maps = [#map, #map3], iterator_types = ["reduction", "reduction"]} ins(%arg0 : tensor<4x6xf32>) outs(%20 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.maximumf %out, %in : f32
      linalg.yield %81 : f32
    } -> tensor<f32>
    %22 = tensor.empty() : tensor<6xf32>
    %23 = linalg.fill ins(%cst_3 : f32) outs(%22 : tensor<6xf32>) -> tensor<6xf32>
    %24 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "reduction"]} ins(%arg0 : tensor<4x6xf32>) outs(%23 : tensor<6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.minimumf %out, %in : f32
      linalg.yield %81 : f32
    } -> tensor<6xf32>
    %25 = tensor.empty() : tensor<4xf32>
    %26 = linalg.fill ins(%cst_2 : f32) outs(%25 : tensor<4xf32>) -> tensor<4xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%arg0 : tensor<4x6xf32>) outs(%26 : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.mulf %out, %in : f32
      linalg.yield %81 : f32
    } -> tensor<4xf32>
    %28 = tensor.empty() : tensor<4x6xi32>
    %29 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel"]} outs(%28 : tensor<4x6xi32>) {
    ^bb0(%out: i32):
      %81 = linalg.index 1 : index
      %82 = arith.index_cast %81 : index to i32
      linalg.yield %82 : i32
    } -> tensor<4x6xi32>
    %30 = tensor.empty() : tensor<4xf32>
    %31 = linalg.fill ins(%cst_4 : f32) outs(%30 : tensor<4xf32>) -> tensor<4xf32>
    %32 = tensor.empty() : tensor<4xi32>
    %33 = linalg.fill ins(%c0_i32 : i32) outs(%32 : tensor<4xi32>) -> tensor<4xi32>
    %34:2 = linalg.generic {indexing_maps = [#map, #map, #map1, #map1], iterator_types = ["parallel", "reduction"]} ins(%arg0, %29 : tensor<4x6xf32>, tensor<4x6xi32>) outs(%31, %33 : tensor<4xf32>, tensor<4xi32>) {
    ^bb0(%in: f32, %in_8: i32, %out: f32, %out_9: i32):
      %81 = arith.cmpf ogt, %out, %in : f32
      %82 = arith.cmpf une, %out, %out : f32
      %83 = arith.ori %81, %82 : i1
      %84 = arith.cmpf oeq, %out, %in : f32
      %85 = arith.cmpi slt, %out_9, %in_8 : i32
      %86 = arith.andi %84, %85 : i1
      %87 = arith.ori %83, %86 : i1
      %88 = arith.select %83, %out, %in : f32
      %89 = arith.select %87, %out_9, %in_8 : i32
      linalg.yield %88, %89 : f32, i32
    } -> (tensor<4xf32>, tensor<4xi32>)
    %35 = tensor.empty() : tensor<4x6xi32>
    %36 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel"]} outs(%35 : tensor<4x6xi32>) {
    ^bb0(%out: i32):
      %81 = linalg.index 0 : index
      %82 = arith.index_cast %81 : index to i32
      linalg.yield %82 : i32
    } -> tensor<4x6xi32>
    %37 = tensor.empty() : tensor<6xf32>
    %38 = linalg.fill ins(%cst_3 : f32) outs(%37 : tensor<6xf32>) -> tensor<6xf32>
    %39 = tensor.empty() : tensor<6xi32>
    %40 = linalg.fill ins(%c0_i32 : i32) outs(%39 : tensor<6xi32>) -> tensor<6xi32>
    %41:2 = linalg.generic {indexing_maps = [#map2, #map2, #map1, #map1], iterator_types = ["parallel", "reduction"]} ins(%arg0, %36 : tensor<4x6xf32>, tensor<4x6xi32>) outs(%38, %40 : tensor<6xf32>, tensor<6xi32>) {
    ^bb0(%in: f32, %in_8: i32, %out: f32, %out_9: i32):
      %81 = arith.cmpf olt, %out, %in : f32
      %82 = arith.cmpf une, %out, %out : f32
      %83 = arith.ori %81, %82 : i1
      %84 = arith.cmpf oeq, %out, %in : f32
      %85 = arith.cmpi slt, %out_9, %in_8 : i32
      %86 = arith.andi %84, %85 : i1
      %87 = arith.ori %83, %86 : i1
      %88 = arith.select %83, %out, %in : f32
      %89 = arith.select %87, %out_9, %in_8 : i32
      linalg.yield %88, %89 : f32, i32
    } -> (tensor<6xf32>, tensor<6xi32>)
    %42 = tensor.empty() : tensor<f32>
    %43 = linalg.fill ins(%cst_6 : f32) outs(%42 : tensor<f32>) -> tensor<f32>
    %44 = linalg.generic {indexing_maps = [#map, #map3], iterator_types = ["reduction", "reduction"]} ins(%arg0 : tensor<4x6xf32>) outs(%43 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.addf %out, %in : f32
      linalg.yield %81 : f32
    } -> tensor<f32>
    %45 = tensor.empty() : tensor<f32>
    %46 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = []} ins(%44 : tensor<f32>) outs(%45 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.divf %in, %cst_1 : f32
      linalg.yield %81 : f32
    } -> tensor<f32>
    %47 = tensor.empty() : tensor<6xf32>
    %48 = linalg.fill ins(%cst_6 : f32) outs(%47 : tensor<6xf32>) -> tensor<6xf32>
    %49 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "reduction"]} ins(%arg0 : tensor<4x6xf32>) outs(%48 : tensor<6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.addf %out, %in : f32
      linalg.yield %81 : f32
    } -> tensor<6xf32>
    %50 = tensor.empty() : tensor<1x6xf32>
    %51 = linalg.generic {indexing_maps = [#map5, #map], iterator_types = ["parallel", "parallel"]} ins(%49 : tensor<6xf32>) outs(%50 : tensor<1x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x6xf32>
    %52 = tensor.empty() : tensor<1x6xf32>
    %53 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%51 : tensor<1x6xf32>) outs(%52 : tensor<1x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.divf %in, %cst_0 : f32
      linalg.yield %81 : f32
    } -> tensor<1x6xf32>
    %54 = tensor.empty() : tensor<4x6xf32>
    %55 = linalg.generic {indexing_maps = [#map6, #map], iterator_types = ["parallel", "parallel"]} ins(%53 : tensor<1x6xf32>) outs(%54 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4x6xf32>
    %56 = tensor.empty() : tensor<4x6xf32>
    %57 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %55 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%56 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %81 = arith.subf %in, %in_8 : f32
      linalg.yield %81 : f32
    } -> tensor<4x6xf32>
    %58 = tensor.empty() : tensor<4x6xf32>
    %59 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%57 : tensor<4x6xf32>) outs(%58 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.mulf %in, %in : f32
      linalg.yield %81 : f32
    } -> tensor<4x6xf32>
    %60 = tensor.empty() : tensor<f32>
    %61 = linalg.generic {indexing_maps = [#map4], iterator_types = []} outs(%60 : tensor<f32>) {
    ^bb0(%out: f32):
      linalg.yield %cst_6 : f32
    } -> tensor<f32>
    %62 = tensor.empty() : tensor<f32>
    %63 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = []} ins(%61 : tensor<f32>) outs(%62 : tensor<f32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.subf %cst_0, %in : f32
      linalg.yield %81 : f32
    } -> tensor<f32>
    %64 = tensor.empty() : tensor<6xf32>
    %65 = linalg.fill ins(%cst_6 : f32) outs(%64 : tensor<6xf32>) -> tensor<6xf32>
    %66 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "reduction"]} ins(%59 : tensor<4x6xf32>) outs(%65 : tensor<6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.addf %out, %in : f32
      linalg.yield %81 : f32
    } -> tensor<6xf32>
    %67 = tensor.empty() : tensor<6xf32>
    %68 = linalg.generic {indexing_maps = [#map7, #map8], iterator_types = ["parallel"]} ins(%63 : tensor<f32>) outs(%67 : tensor<6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<6xf32>
    %69 = tensor.empty() : tensor<6xf32>
    %70 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel"]} ins(%66, %68 : tensor<6xf32>, tensor<6xf32>) outs(%69 : tensor<6xf32>) {
    ^bb0(%in: f32, %in_8: f32, %out: f32):
      %81 = arith.divf %in, %in_8 : f32
      linalg.yield %81 : f32
    } -> tensor<6xf32>
    %71 = tensor.empty() : tensor<i1>
    %72 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = []} ins(%63 : tensor<f32>) outs(%71 : tensor<i1>) {
    ^bb0(%in: f32, %out: i1):
      %81 = arith.cmpf ogt, %in, %cst_6 : f32
      linalg.yield %81 : i1
    } -> tensor<i1>
    %73 = tensor.empty() : tensor<6xf32>
    %extracted = tensor.extract %72[] : tensor<i1>
    %74 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel"]} ins(%70 : tensor<6xf32>) outs(%73 : tensor<6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.select %extracted, %in, %cst : f32
      linalg.yield %81 : f32
    } -> tensor<6xf32>
    %75 = tensor.empty() : tensor<4xi32>
    %76 = linalg.fill ins(%c0_i32 : i32) outs(%75 : tensor<4xi32>) -> tensor<4xi32>
    %77 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%3 : tensor<4x6xi32>) outs(%76 : tensor<4xi32>) {
    ^bb0(%in: i32, %out: i32):
      %81 = arith.addi %out, %in : i32
      linalg.yield %81 : i32
    } -> tensor<4xi32>
    %78 = tensor.empty() : tensor<4xi32>
    %79 = linalg.fill ins(%c-2147483648_i32 : i32) outs(%78 : tensor<4xi32>) -> tensor<4xi32>
    %80 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "reduction"]} ins(%3 : tensor<4x6xi32>) outs(%79 : tensor<4xi32>) {
    ^bb0(%in: i32, %out: i32):
      %81 = arith.maxsi %out, %in : i32
      linalg.yield %81 : i32
    } -> tensor<4xi32>
    return %10, %13, %18, %21, %24, %27, %34#1, %41#1, %46, %74, %77, %80 : tensor<4xi32>, tensor<4xi1>, tensor<6xi1>, tensor<f32>, tensor<6xf32>, tensor<4xf32>, tensor<4xi32>, tensor<6xi32>, tensor<f32>, tensor<6xf32>, tensor<4xi32>, tensor<4xi32>
  }
}

