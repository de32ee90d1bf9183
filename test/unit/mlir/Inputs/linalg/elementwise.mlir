// Made by iree-opt 3.13.0, --iree-stablehlo-input-transformation-pipeline; see tools/generate_mlir_examples.py.
#map = affine_map<(d0, d1) -> (d0, d1)>
#map1 = affine_map<() -> ()>
#map2 = affine_map<(d0, d1) -> ()>
module @jit_elementwise {
  func.func public @main(%arg0: tensor<4x6xf32>, %arg1: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xi32>, tensor<4x6xi32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xi1>, tensor<4x6xi1>, tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xi1>, tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>) {
    %cst = arith.constant -0.693147182 : f32
    %false = arith.constant false
    %true = arith.constant true
    %cst_0 = arith.constant 1.12837911 : f32
    %cst_1 = arith.constant -0.37612626 : f32
    %cst_2 = arith.constant 0.112835854 : f32
    %cst_3 = arith.constant -0.0268538129 : f32
    %cst_4 = arith.constant 0.00518832775 : f32
    %cst_5 = arith.constant -8.0101937E-4 : f32
    %cst_6 = arith.constant 7.85386146E-5 : f32
    %cst_7 = arith.constant -88.7228394 : f32
    %cst_8 = arith.constant 0.564189494 : f32
    %cst_9 = arith.constant -0.282076746 : f32
    %cst_10 = arith.constant 0.42184633 : f32
    %cst_11 = arith.constant -1.01526523 : f32
    %cst_12 = arith.constant 2.92101908 : f32
    %cst_13 = arith.constant -7.49551868 : f32
    %cst_14 = arith.constant 1.297720e+01 : f32
    %cst_15 = arith.constant -10.477664 : f32
    %cst_16 = arith.constant 0.563825965 : f32
    %cst_17 = arith.constant -0.274112701 : f32
    %cst_18 = arith.constant 3.404880e-01 : f32
    %cst_19 = arith.constant -0.494451523 : f32
    %cst_20 = arith.constant 0.621000468 : f32
    %cst_21 = arith.constant -0.582473278 : f32
    %cst_22 = arith.constant 0.368742466 : f32
    %cst_23 = arith.constant -0.138703942 : f32
    %cst_24 = arith.constant 2.326820e-02 : f32
    %cst_25 = arith.constant 2.000000e+00 : f32
    %cst_26 = arith.constant 0x7F800000 : f32
    %cst_27 = arith.constant 5.000000e-01 : f32
    %cst_28 = arith.constant 0.797884583 : f32
    %cst_29 = arith.constant 4.471500e-02 : f32
    %cst_30 = arith.constant 1.000000e+00 : f32
    %cst_31 = arith.constant -1.000000e+00 : f32
    %cst_32 = arith.constant -0.0142647391 : f32
    %cst_33 = arith.constant -0.00737332925 : f32
    %cst_34 = arith.constant -0.00168282702 : f32
    %cst_35 = arith.constant -2.13374049E-4 : f32
    %cst_36 = arith.constant -1.45660715E-5 : f32
    %cst_37 = arith.constant -0.0160960332 : f32
    %cst_38 = arith.constant -2.954600e-03 : f32
    %cst_39 = arith.constant -7.34990637E-4 : f32
    %cst_40 = arith.constant -5.69250624E-5 : f32
    %cst_41 = arith.constant -2.10102394E-6 : f32
    %cst_42 = arith.constant 2.77068146E-8 : f32
    %cst_43 = arith.constant -2.72614237E-10 : f32
    %cst_44 = arith.constant 4.000000e+00 : f32
    %cst_45 = arith.constant -4.000000e+00 : f32
    %c31_i32 = arith.constant 31 : i32
    %c1_i32 = arith.constant 1 : i32
    %c0_i32 = arith.constant 0 : i32
    %c3_i32 = arith.constant 3 : i32
    %cst_46 = arith.constant 0.000000e+00 : f32
    %cst_47 = arith.constant 3.000000e-01 : f32
    %cst_48 = arith.constant 1.000000e+01 : f32
    %0 = tensor.empty() : tensor<4x6xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%0 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.absf %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %2 = tensor.empty() : tensor<4x6xf32>
    %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%2 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_48 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %4 = tensor.empty() : tensor<4x6xi32>
    %5 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%3 : tensor<4x6xf32>) outs(%4 : tensor<4x6xi32>) {
    ^bb0(%in: f32, %out: i32):
      %422 = arith.fptosi %in : f32 to i32
      linalg.yield %422 : i32
    } -> tensor<4x6xi32>
    %6 = tensor.empty() : tensor<4x6xf32>
    %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<4x6xf32>) outs(%6 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.log1p %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %8 = tensor.empty() : tensor<4x6xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%8 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.expm1 %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %10 = tensor.empty() : tensor<4x6xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%10 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.remf %in, %cst_47 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %12 = tensor.empty() : tensor<4x6xi1>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<4x6xf32>) outs(%12 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf une, %in, %cst_46 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %14 = tensor.empty() : tensor<4x6xi1>
    %15 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<4x6xf32>) outs(%14 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf olt, %in, %cst_46 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %16 = tensor.empty() : tensor<i1>
    %17 = linalg.generic {indexing_maps = [#map1], iterator_types = []} outs(%16 : tensor<i1>) {
    ^bb0(%out: i1):
      linalg.yield %false : i1
    } -> tensor<i1>
    %18 = tensor.empty() : tensor<4x6xi1>
    %19 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%17 : tensor<i1>) outs(%18 : tensor<4x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      linalg.yield %in : i1
    } -> tensor<4x6xi1>
    %20 = tensor.empty() : tensor<4x6xi1>
    %21 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%15, %19 : tensor<4x6xi1>, tensor<4x6xi1>) outs(%20 : tensor<4x6xi1>) {
    ^bb0(%in: i1, %in_49: i1, %out: i1):
      %422 = arith.cmpi ne, %in, %in_49 : i1
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %22 = tensor.empty() : tensor<4x6xi1>
    %23 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%21, %13 : tensor<4x6xi1>, tensor<4x6xi1>) outs(%22 : tensor<4x6xi1>) {
    ^bb0(%in: i1, %in_49: i1, %out: i1):
      %422 = arith.andi %in, %in_49 : i1
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %24 = tensor.empty() : tensor<4x6xf32>
    %25 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<4x6xf32>) outs(%24 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_47 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %26 = tensor.empty() : tensor<4x6xf32>
    %27 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%23, %25, %11 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%26 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %28 = tensor.empty() : tensor<4x6xi32>
    %29 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%5 : tensor<4x6xi32>) outs(%28 : tensor<4x6xi32>) {
    ^bb0(%in: i32, %out: i32):
      %422 = arith.remsi %in, %c3_i32 : i32
      linalg.yield %422 : i32
    } -> tensor<4x6xi32>
    %30 = tensor.empty() : tensor<4x6xi1>
    %31 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%29 : tensor<4x6xi32>) outs(%30 : tensor<4x6xi1>) {
    ^bb0(%in: i32, %out: i1):
      %422 = arith.cmpi ne, %in, %c0_i32 : i32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %32 = tensor.empty() : tensor<4x6xi1>
    %33 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%29 : tensor<4x6xi32>) outs(%32 : tensor<4x6xi1>) {
    ^bb0(%in: i32, %out: i1):
      %422 = arith.cmpi slt, %in, %c0_i32 : i32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %34 = tensor.empty() : tensor<4x6xi1>
    %35 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%33, %31 : tensor<4x6xi1>, tensor<4x6xi1>) outs(%34 : tensor<4x6xi1>) {
    ^bb0(%in: i1, %in_49: i1, %out: i1):
      %422 = arith.andi %in, %in_49 : i1
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %36 = tensor.empty() : tensor<4x6xi32>
    %37 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%29 : tensor<4x6xi32>) outs(%36 : tensor<4x6xi32>) {
    ^bb0(%in: i32, %out: i32):
      %422 = arith.addi %in, %c3_i32 : i32
      linalg.yield %422 : i32
    } -> tensor<4x6xi32>
    %38 = tensor.empty() : tensor<4x6xi32>
    %39 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%35, %37, %29 : tensor<4x6xi1>, tensor<4x6xi32>, tensor<4x6xi32>) outs(%38 : tensor<4x6xi32>) {
    ^bb0(%in: i1, %in_49: i32, %in_50: i32, %out: i32):
      %422 = arith.select %in, %in_49, %in_50 : i32
      linalg.yield %422 : i32
    } -> tensor<4x6xi32>
    %40 = tensor.empty() : tensor<4x6xi32>
    %41 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%5 : tensor<4x6xi32>) outs(%40 : tensor<4x6xi32>) {
    ^bb0(%in: i32, %out: i32):
      %422 = arith.divsi %in, %c3_i32 : i32
      linalg.yield %422 : i32
    } -> tensor<4x6xi32>
    %42 = tensor.empty() : tensor<4x6xi32>
    %43 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%5 : tensor<4x6xi32>) outs(%42 : tensor<4x6xi32>) {
    ^bb0(%in: i32, %out: i32):
      %422 = arith.cmpi eq, %in, %c0_i32 : i32
      %423 = arith.shrsi %in, %c31_i32 : i32
      %424 = arith.ori %423, %c1_i32 : i32
      %425 = arith.select %422, %c0_i32, %424 : i32
      linalg.yield %425 : i32
    } -> tensor<4x6xi32>
    %44 = tensor.empty() : tensor<i32>
    %45 = linalg.generic {indexing_maps = [#map1], iterator_types = []} outs(%44 : tensor<i32>) {
    ^bb0(%out: i32):
      linalg.yield %c1_i32 : i32
    } -> tensor<i32>
    %46 = tensor.empty() : tensor<4x6xi32>
    %47 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%45 : tensor<i32>) outs(%46 : tensor<4x6xi32>) {
    ^bb0(%in: i32, %out: i32):
      linalg.yield %in : i32
    } -> tensor<4x6xi32>
    %48 = tensor.empty() : tensor<4x6xi1>
    %49 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%43, %47 : tensor<4x6xi32>, tensor<4x6xi32>) outs(%48 : tensor<4x6xi1>) {
    ^bb0(%in: i32, %in_49: i32, %out: i1):
      %422 = arith.cmpi ne, %in, %in_49 : i32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %50 = tensor.empty() : tensor<4x6xi1>
    %51 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%49, %31 : tensor<4x6xi1>, tensor<4x6xi1>) outs(%50 : tensor<4x6xi1>) {
    ^bb0(%in: i1, %in_49: i1, %out: i1):
      %422 = arith.andi %in, %in_49 : i1
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %52 = tensor.empty() : tensor<4x6xi32>
    %53 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%41 : tensor<4x6xi32>) outs(%52 : tensor<4x6xi32>) {
    ^bb0(%in: i32, %out: i32):
      %422 = arith.subi %in, %c1_i32 : i32
      linalg.yield %422 : i32
    } -> tensor<4x6xi32>
    %54 = tensor.empty() : tensor<4x6xi32>
    %55 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%51, %53, %41 : tensor<4x6xi1>, tensor<4x6xi32>, tensor<4x6xi32>) outs(%54 : tensor<4x6xi32>) {
    ^bb0(%in: i1, %in_49: i32, %in_50: i32, %out: i32):
      %422 = arith.select %in, %in_49, %in_50 : i32
      linalg.yield %422 : i32
    } -> tensor<4x6xi32>
    %56 = tensor.empty() : tensor<4x6xf32>
    %57 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %arg1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%56 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.remf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %58 = tensor.empty() : tensor<4x6xf32>
    %59 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%58 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.floor %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %60 = tensor.empty() : tensor<4x6xf32>
    %61 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%60 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.ceil %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %62 = tensor.empty() : tensor<4x6xf32>
    %63 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%62 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.roundeven %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %64 = tensor.empty() : tensor<4x6xi1>
    %65 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%64 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf olt, %in, %cst_46 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %66 = tensor.empty() : tensor<4x6xf32>
    %67 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%65, %61, %59 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%66 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %68 = tensor.empty() : tensor<4x6xf32>
    %69 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%68 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.maximumf %in, %cst_45 : f32
      %423 = arith.minimumf %422, %cst_44 : f32
      linalg.yield %423 : f32
    } -> tensor<4x6xf32>
    %70 = tensor.empty() : tensor<4x6xf32>
    %71 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%69 : tensor<4x6xf32>) outs(%70 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %72 = tensor.empty() : tensor<4x6xf32>
    %73 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%71 : tensor<4x6xf32>) outs(%72 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_43 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %74 = tensor.empty() : tensor<4x6xf32>
    %75 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%73 : tensor<4x6xf32>) outs(%74 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_42 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %76 = tensor.empty() : tensor<4x6xf32>
    %77 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%75, %71 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%76 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %78 = tensor.empty() : tensor<4x6xf32>
    %79 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%77 : tensor<4x6xf32>) outs(%78 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_41 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %80 = tensor.empty() : tensor<4x6xf32>
    %81 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%79, %71 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%80 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %82 = tensor.empty() : tensor<4x6xf32>
    %83 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%81 : tensor<4x6xf32>) outs(%82 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_40 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %84 = tensor.empty() : tensor<4x6xf32>
    %85 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%83, %71 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%84 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %86 = tensor.empty() : tensor<4x6xf32>
    %87 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%85 : tensor<4x6xf32>) outs(%86 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_39 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %88 = tensor.empty() : tensor<4x6xf32>
    %89 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%87, %71 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%88 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %90 = tensor.empty() : tensor<4x6xf32>
    %91 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%89 : tensor<4x6xf32>) outs(%90 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_38 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %92 = tensor.empty() : tensor<4x6xf32>
    %93 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%91, %71 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%92 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %94 = tensor.empty() : tensor<4x6xf32>
    %95 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%93 : tensor<4x6xf32>) outs(%94 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_37 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %96 = tensor.empty() : tensor<4x6xf32>
    %97 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%71 : tensor<4x6xf32>) outs(%96 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_36 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %98 = tensor.empty() : tensor<4x6xf32>
    %99 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%97 : tensor<4x6xf32>) outs(%98 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_35 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %100 = tensor.empty() : tensor<4x6xf32>
    %101 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%99, %71 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%100 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %102 = tensor.empty() : tensor<4x6xf32>
    %103 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%101 : tensor<4x6xf32>) outs(%102 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_34 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %104 = tensor.empty() : tensor<4x6xf32>
    %105 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%103, %71 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%104 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %106 = tensor.empty() : tensor<4x6xf32>
    %107 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%105 : tensor<4x6xf32>) outs(%106 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_33 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %108 = tensor.empty() : tensor<4x6xf32>
    %109 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%107, %71 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%108 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %110 = tensor.empty() : tensor<4x6xf32>
    %111 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%109 : tensor<4x6xf32>) outs(%110 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_32 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %112 = tensor.empty() : tensor<4x6xf32>
    %113 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%69, %95 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%112 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %114 = tensor.empty() : tensor<4x6xf32>
    %115 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%113, %111 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%114 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.divf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %116 = tensor.empty() : tensor<4x6xf32>
    %117 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%115 : tensor<4x6xf32>) outs(%116 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.maximumf %in, %cst_31 : f32
      %423 = arith.minimumf %422, %cst_30 : f32
      linalg.yield %423 : f32
    } -> tensor<4x6xf32>
    %118 = tensor.empty() : tensor<4x6xf32>
    %119 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%118 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %120 = tensor.empty() : tensor<4x6xf32>
    %121 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%119, %arg0 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%120 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %122 = tensor.empty() : tensor<4x6xf32>
    %123 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%121 : tensor<4x6xf32>) outs(%122 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_29 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %124 = tensor.empty() : tensor<4x6xf32>
    %125 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %123 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%124 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.addf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %126 = tensor.empty() : tensor<4x6xf32>
    %127 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%125 : tensor<4x6xf32>) outs(%126 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_28 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %128 = tensor.empty() : tensor<4x6xf32>
    %129 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%127 : tensor<4x6xf32>) outs(%128 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.tanh %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %130 = tensor.empty() : tensor<4x6xf32>
    %131 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%129 : tensor<4x6xf32>) outs(%130 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_30 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %132 = tensor.empty() : tensor<4x6xf32>
    %133 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%131 : tensor<4x6xf32>) outs(%132 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_27 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %134 = tensor.empty() : tensor<4x6xf32>
    %135 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %133 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%134 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %136 = tensor.empty() : tensor<4x6xf32>
    %137 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%136 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.negf %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %138 = tensor.empty() : tensor<4x6xf32>
    %139 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%137 : tensor<4x6xf32>) outs(%138 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.exp %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %140 = tensor.empty() : tensor<4x6xf32>
    %141 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%139 : tensor<4x6xf32>) outs(%140 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_30 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %142 = tensor.empty() : tensor<4x6xf32>
    %143 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%141 : tensor<4x6xf32>) outs(%142 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.divf %cst_30, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %144 = tensor.empty() : tensor<4x6xf32>
    %145 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %143 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%144 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %146 = tensor.empty() : tensor<f32>
    %147 = linalg.generic {indexing_maps = [#map1], iterator_types = []} outs(%146 : tensor<f32>) {
    ^bb0(%out: f32):
      linalg.yield %cst_46 : f32
    } -> tensor<f32>
    %148 = tensor.empty() : tensor<4x6xf32>
    %149 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%147 : tensor<f32>) outs(%148 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4x6xf32>
    %150 = tensor.empty() : tensor<4x6xf32>
    %151 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%149, %arg0 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%150 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.maximumf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %152 = tensor.empty() : tensor<f32>
    %153 = linalg.generic {indexing_maps = [#map1], iterator_types = []} outs(%152 : tensor<f32>) {
    ^bb0(%out: f32):
      linalg.yield %cst_30 : f32
    } -> tensor<f32>
    %154 = tensor.empty() : tensor<4x6xf32>
    %155 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel"]} ins(%153 : tensor<f32>) outs(%154 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<4x6xf32>
    %156 = tensor.empty() : tensor<4x6xf32>
    %157 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%155, %151 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%156 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.minimumf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %158 = tensor.empty() : tensor<4x6xi1>
    %159 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %arg1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%158 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %in_49: f32, %out: i1):
      %422 = arith.cmpf ogt, %in, %in_49 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %160 = tensor.empty() : tensor<4x6xf32>
    %161 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%159, %arg0, %arg1 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%160 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %162 = tensor.empty() : tensor<4x6xf32>
    %163 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%1, %arg1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%162 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = math.powf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %164 = tensor.empty() : tensor<4x6xf32>
    %165 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%164 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.cmpf one, %in, %cst_46 : f32
      %423 = arith.uitofp %422 : i1 to f32
      %424 = math.copysign %423, %in : f32
      %425 = arith.cmpf uno, %in, %in : f32
      %426 = arith.select %425, %in, %424 : f32
      linalg.yield %426 : f32
    } -> tensor<4x6xf32>
    %166 = tensor.empty() : tensor<4x6xi1>
    %167 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%166 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = math.absf %in : f32
      %423 = arith.cmpf one, %422, %cst_26 : f32
      linalg.yield %423 : i1
    } -> tensor<4x6xi1>
    %168 = tensor.empty() : tensor<4x6xi1>
    %169 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%168 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf une, %in, %in : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %170 = tensor.empty() : tensor<4x6xi1>
    %171 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %arg1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%170 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %in_49: f32, %out: i1):
      %422 = arith.cmpf une, %in, %in_49 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %172 = tensor.empty() : tensor<4x6xf32>
    %173 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<4x6xf32>) outs(%172 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.rsqrt %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %174 = tensor.empty() : tensor<4x6xf32>
    %175 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%174 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.cbrt %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %176 = tensor.empty() : tensor<4x6xf32>
    %177 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%176 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.sin %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %178 = tensor.empty() : tensor<4x6xf32>
    %179 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %arg1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%178 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.maximumf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %180 = tensor.empty() : tensor<4x6xf32>
    %181 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %arg1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%180 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.subf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %182 = tensor.empty() : tensor<4x6xi1>
    %183 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%181 : tensor<4x6xf32>) outs(%182 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf une, %in, %in : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %184 = tensor.empty() : tensor<4x6xf32>
    %185 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %arg1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%184 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.addf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %186 = tensor.empty() : tensor<4x6xf32>
    %187 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%181 : tensor<4x6xf32>) outs(%186 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.absf %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %188 = tensor.empty() : tensor<4x6xf32>
    %189 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%187 : tensor<4x6xf32>) outs(%188 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.negf %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %190 = tensor.empty() : tensor<4x6xf32>
    %191 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%189 : tensor<4x6xf32>) outs(%190 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.exp %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %192 = tensor.empty() : tensor<4x6xf32>
    %193 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%191 : tensor<4x6xf32>) outs(%192 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.log1p %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %194 = tensor.empty() : tensor<4x6xf32>
    %195 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%179, %193 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%194 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.addf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %196 = tensor.empty() : tensor<4x6xf32>
    %197 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%183, %185, %195 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%196 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %198 = tensor.empty() : tensor<4x6xf32>
    %199 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%198 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.maximumf %in, %cst_46 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %200 = tensor.empty() : tensor<4x6xf32>
    %201 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%200 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_46 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %202 = tensor.empty() : tensor<4x6xf32>
    %203 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<4x6xf32>) outs(%202 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.negf %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %204 = tensor.empty() : tensor<4x6xf32>
    %205 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%203 : tensor<4x6xf32>) outs(%204 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.exp %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %206 = tensor.empty() : tensor<4x6xf32>
    %207 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%205 : tensor<4x6xf32>) outs(%206 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.log1p %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %208 = tensor.empty() : tensor<4x6xf32>
    %209 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%199, %207 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%208 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.addf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %210 = tensor.empty() : tensor<4x6xf32>
    %211 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%169, %201, %209 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%210 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %212 = tensor.empty() : tensor<4x6xf32>
    %213 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%119 : tensor<4x6xf32>) outs(%212 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.negf %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %214 = tensor.empty() : tensor<4x6xf32>
    %215 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%119 : tensor<4x6xf32>) outs(%214 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.divf %cst_30, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %216 = tensor.empty() : tensor<4x6xf32>
    %217 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%213 : tensor<4x6xf32>) outs(%216 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.exp %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %218 = tensor.empty() : tensor<4x6xf32>
    %219 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<4x6xf32>) outs(%218 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.divf %cst_30, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %220 = tensor.empty() : tensor<4x6xf32>
    %221 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%217, %219 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%220 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %222 = tensor.empty() : tensor<4x6xi1>
    %223 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<4x6xf32>) outs(%222 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf olt, %in, %cst_25 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %224 = tensor.empty() : tensor<4x6xf32>
    %225 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%215 : tensor<4x6xf32>) outs(%224 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_24 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %226 = tensor.empty() : tensor<4x6xf32>
    %227 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%225 : tensor<4x6xf32>) outs(%226 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_23 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %228 = tensor.empty() : tensor<4x6xf32>
    %229 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%227, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%228 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %230 = tensor.empty() : tensor<4x6xf32>
    %231 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%229 : tensor<4x6xf32>) outs(%230 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_22 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %232 = tensor.empty() : tensor<4x6xf32>
    %233 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%231, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%232 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %234 = tensor.empty() : tensor<4x6xf32>
    %235 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%233 : tensor<4x6xf32>) outs(%234 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_21 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %236 = tensor.empty() : tensor<4x6xf32>
    %237 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%235, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%236 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %238 = tensor.empty() : tensor<4x6xf32>
    %239 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%237 : tensor<4x6xf32>) outs(%238 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_20 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %240 = tensor.empty() : tensor<4x6xf32>
    %241 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%239, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%240 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %242 = tensor.empty() : tensor<4x6xf32>
    %243 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%241 : tensor<4x6xf32>) outs(%242 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_19 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %244 = tensor.empty() : tensor<4x6xf32>
    %245 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%243, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%244 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %246 = tensor.empty() : tensor<4x6xf32>
    %247 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%245 : tensor<4x6xf32>) outs(%246 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_18 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %248 = tensor.empty() : tensor<4x6xf32>
    %249 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%247, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%248 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %250 = tensor.empty() : tensor<4x6xf32>
    %251 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%249 : tensor<4x6xf32>) outs(%250 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_17 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %252 = tensor.empty() : tensor<4x6xf32>
    %253 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%251, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%252 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %254 = tensor.empty() : tensor<4x6xf32>
    %255 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%253 : tensor<4x6xf32>) outs(%254 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_16 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %256 = tensor.empty() : tensor<4x6xf32>
    %257 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%215 : tensor<4x6xf32>) outs(%256 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_15 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %258 = tensor.empty() : tensor<4x6xf32>
    %259 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%257 : tensor<4x6xf32>) outs(%258 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_14 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %260 = tensor.empty() : tensor<4x6xf32>
    %261 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%259, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%260 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %262 = tensor.empty() : tensor<4x6xf32>
    %263 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%261 : tensor<4x6xf32>) outs(%262 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_13 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %264 = tensor.empty() : tensor<4x6xf32>
    %265 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%263, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%264 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %266 = tensor.empty() : tensor<4x6xf32>
    %267 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%265 : tensor<4x6xf32>) outs(%266 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_12 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %268 = tensor.empty() : tensor<4x6xf32>
    %269 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%267, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%268 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %270 = tensor.empty() : tensor<4x6xf32>
    %271 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%269 : tensor<4x6xf32>) outs(%270 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_11 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %272 = tensor.empty() : tensor<4x6xf32>
    %273 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%271, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%272 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %274 = tensor.empty() : tensor<4x6xf32>
    %275 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%273 : tensor<4x6xf32>) outs(%274 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_10 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %276 = tensor.empty() : tensor<4x6xf32>
    %277 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%275, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%276 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %278 = tensor.empty() : tensor<4x6xf32>
    %279 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%277 : tensor<4x6xf32>) outs(%278 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_9 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %280 = tensor.empty() : tensor<4x6xf32>
    %281 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%279, %215 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%280 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %282 = tensor.empty() : tensor<4x6xf32>
    %283 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%281 : tensor<4x6xf32>) outs(%282 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_8 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %284 = tensor.empty() : tensor<4x6xf32>
    %285 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%223, %255, %283 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%284 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %286 = tensor.empty() : tensor<4x6xf32>
    %287 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%221, %285 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%286 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %288 = tensor.empty() : tensor<4x6xi1>
    %289 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%213 : tensor<4x6xf32>) outs(%288 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf olt, %in, %cst_7 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %290 = tensor.empty() : tensor<4x6xf32>
    %291 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%289, %287 : tensor<4x6xi1>, tensor<4x6xf32>) outs(%290 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %out: f32):
      %422 = arith.select %in, %cst_46, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %292 = tensor.empty() : tensor<4x6xi1>
    %293 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%292 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf olt, %in, %cst_46 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %294 = tensor.empty() : tensor<4x6xf32>
    %295 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%291 : tensor<4x6xf32>) outs(%294 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.subf %cst_25, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %296 = tensor.empty() : tensor<4x6xf32>
    %297 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%293, %295, %291 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%296 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %298 = tensor.empty() : tensor<4x6xf32>
    %299 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%119 : tensor<4x6xf32>) outs(%298 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_6 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %300 = tensor.empty() : tensor<4x6xf32>
    %301 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%299 : tensor<4x6xf32>) outs(%300 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_5 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %302 = tensor.empty() : tensor<4x6xf32>
    %303 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%301, %119 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%302 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %304 = tensor.empty() : tensor<4x6xf32>
    %305 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%303 : tensor<4x6xf32>) outs(%304 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_4 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %306 = tensor.empty() : tensor<4x6xf32>
    %307 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%305, %119 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%306 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %308 = tensor.empty() : tensor<4x6xf32>
    %309 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%307 : tensor<4x6xf32>) outs(%308 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_3 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %310 = tensor.empty() : tensor<4x6xf32>
    %311 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%309, %119 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%310 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %312 = tensor.empty() : tensor<4x6xf32>
    %313 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%311 : tensor<4x6xf32>) outs(%312 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_2 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %314 = tensor.empty() : tensor<4x6xf32>
    %315 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%313, %119 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%314 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %316 = tensor.empty() : tensor<4x6xf32>
    %317 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%315 : tensor<4x6xf32>) outs(%316 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_1 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %318 = tensor.empty() : tensor<4x6xf32>
    %319 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%317, %119 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%318 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %320 = tensor.empty() : tensor<4x6xf32>
    %321 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%319 : tensor<4x6xf32>) outs(%320 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_0 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %322 = tensor.empty() : tensor<4x6xf32>
    %323 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %321 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%322 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %324 = tensor.empty() : tensor<4x6xf32>
    %325 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%323 : tensor<4x6xf32>) outs(%324 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.subf %cst_30, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %326 = tensor.empty() : tensor<4x6xi1>
    %327 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<4x6xf32>) outs(%326 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf olt, %in, %cst_30 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %328 = tensor.empty() : tensor<4x6xf32>
    %329 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%327, %325, %297 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%328 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %330 = tensor.empty() : tensor<4x6xi1>
    %331 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%330 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf ogt, %in, %cst_46 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %332 = tensor.empty() : tensor<4x6xi1>
    %333 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg1 : tensor<4x6xf32>) outs(%332 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf ogt, %in, %cst_46 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %334 = tensor.empty() : tensor<4x6xi1>
    %335 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%331, %333 : tensor<4x6xi1>, tensor<4x6xi1>) outs(%334 : tensor<4x6xi1>) {
    ^bb0(%in: i1, %in_49: i1, %out: i1):
      %422 = arith.andi %in, %in_49 : i1
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %336 = tensor.empty() : tensor<4x6xi1>
    %337 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%331 : tensor<4x6xi1>) outs(%336 : tensor<4x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %422 = arith.xori %in, %true : i1
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %338 = tensor.empty() : tensor<4x6xf32>
    %339 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%338 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.tan %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %340 = tensor.empty() : tensor<4x6xf32>
    %341 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg1 : tensor<4x6xf32>) outs(%340 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.absf %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %342 = tensor.empty() : tensor<4x6xi1>
    %343 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<4x6xf32>) outs(%342 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf oeq, %in, %cst_26 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %344 = tensor.empty() : tensor<4x6xi1>
    %345 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%341 : tensor<4x6xf32>) outs(%344 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf oeq, %in, %cst_26 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %346 = tensor.empty() : tensor<4x6xi1>
    %347 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%343, %345 : tensor<4x6xi1>, tensor<4x6xi1>) outs(%346 : tensor<4x6xi1>) {
    ^bb0(%in: i1, %in_49: i1, %out: i1):
      %422 = arith.ori %in, %in_49 : i1
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %348 = tensor.empty() : tensor<4x6xf32>
    %349 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%1, %341 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%348 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.maximumf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %350 = tensor.empty() : tensor<4x6xf32>
    %351 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%1, %341 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%350 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.minimumf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %352 = tensor.empty() : tensor<4x6xi1>
    %353 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%349 : tensor<4x6xf32>) outs(%352 : tensor<4x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %422 = arith.cmpf oeq, %in, %cst_46 : f32
      linalg.yield %422 : i1
    } -> tensor<4x6xi1>
    %354 = tensor.empty() : tensor<4x6xf32>
    %355 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%353, %349 : tensor<4x6xi1>, tensor<4x6xf32>) outs(%354 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %out: f32):
      %422 = arith.select %in, %cst_30, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %356 = tensor.empty() : tensor<4x6xf32>
    %357 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%351, %355 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%356 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.divf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %358 = tensor.empty() : tensor<4x6xf32>
    %359 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%357 : tensor<4x6xf32>) outs(%358 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %360 = tensor.empty() : tensor<4x6xf32>
    %361 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%359 : tensor<4x6xf32>) outs(%360 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_30 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %362 = tensor.empty() : tensor<4x6xf32>
    %363 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%361 : tensor<4x6xf32>) outs(%362 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.sqrt %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %364 = tensor.empty() : tensor<4x6xf32>
    %365 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%349, %363 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%364 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %366 = tensor.empty() : tensor<4x6xf32>
    %367 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%353, %349, %365 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%366 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %368 = tensor.empty() : tensor<4x6xf32>
    %369 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%347, %367 : tensor<4x6xi1>, tensor<4x6xf32>) outs(%368 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %out: f32):
      %422 = arith.select %in, %cst_26, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %370 = tensor.empty() : tensor<4x6xf32>
    %371 = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel"]} outs(%370 : tensor<4x6xf32>) {
    ^bb0(%out: f32):
      linalg.yield %cst : f32
    } -> tensor<4x6xf32>
    %372 = tensor.empty() : tensor<4x6xf32>
    %373 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %371 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%372 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.addf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %374 = tensor.empty() : tensor<4x6xf32>
    %375 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%373 : tensor<4x6xf32>) outs(%374 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.exp %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %376 = tensor.empty() : tensor<4x6xf32>
    %377 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%371, %arg0 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%376 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.subf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %378 = tensor.empty() : tensor<4x6xf32>
    %379 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%377 : tensor<4x6xf32>) outs(%378 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.exp %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %380 = tensor.empty() : tensor<4x6xf32>
    %381 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%375, %379 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%380 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.subf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %382 = tensor.empty() : tensor<4x6xf32>
    %383 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%9 : tensor<4x6xf32>) outs(%382 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_30 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %384 = tensor.empty() : tensor<4x6xf32>
    %385 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%9, %383 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%384 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.divf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %386 = tensor.empty() : tensor<4x6xf32>
    %387 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%9, %385 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%386 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.addf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %388 = tensor.empty() : tensor<4x6xf32>
    %389 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%387 : tensor<4x6xf32>) outs(%388 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.mulf %in, %cst_27 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %390 = tensor.empty() : tensor<4x6xf32>
    %391 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%327, %389, %381 : tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>) outs(%390 : tensor<4x6xf32>) {
    ^bb0(%in: i1, %in_49: f32, %in_50: f32, %out: f32):
      %422 = arith.select %in, %in_49, %in_50 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %392 = tensor.empty() : tensor<4x6xf32>
    %393 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0, %arg1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%392 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = math.atan2 %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %394 = tensor.empty() : tensor<4x6xf32>
    %395 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%394 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.atan2 %in, %cst_30 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %396 = tensor.empty() : tensor<4x6xf32>
    %397 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%177 : tensor<4x6xf32>) outs(%396 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.subf %cst_30, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %398 = tensor.empty() : tensor<4x6xf32>
    %399 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%177 : tensor<4x6xf32>) outs(%398 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_30 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %400 = tensor.empty() : tensor<4x6xf32>
    %401 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%397, %399 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%400 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %402 = tensor.empty() : tensor<4x6xf32>
    %403 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%401 : tensor<4x6xf32>) outs(%402 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.sqrt %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %404 = tensor.empty() : tensor<4x6xf32>
    %405 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%403 : tensor<4x6xf32>) outs(%404 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_30 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %406 = tensor.empty() : tensor<4x6xf32>
    %407 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%177, %405 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%406 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = math.atan2 %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %408 = tensor.empty() : tensor<4x6xf32>
    %409 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%407 : tensor<4x6xf32>) outs(%408 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %410 = tensor.empty() : tensor<4x6xf32>
    %411 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%410 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.cos %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %412 = tensor.empty() : tensor<4x6xf32>
    %413 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%411 : tensor<4x6xf32>) outs(%412 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.subf %cst_30, %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %414 = tensor.empty() : tensor<4x6xf32>
    %415 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%411 : tensor<4x6xf32>) outs(%414 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = arith.addf %in, %cst_30 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %416 = tensor.empty() : tensor<4x6xf32>
    %417 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%413, %415 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%416 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = arith.mulf %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %418 = tensor.empty() : tensor<4x6xf32>
    %419 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%417 : tensor<4x6xf32>) outs(%418 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %422 = math.sqrt %in : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    %420 = tensor.empty() : tensor<4x6xf32>
    %421 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%419, %411 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%420 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %in_49: f32, %out: f32):
      %422 = math.atan2 %in, %in_49 : f32
      linalg.yield %422 : f32
    } -> tensor<4x6xf32>
    return %7, %9, %27, %39, %55, %57, %59, %61, %63, %67, %117, %135, %145, %157, %161, %163, %165, %167, %169, %171, %173, %175, %177, %197, %211, %329, %335, %337, %339, %369, %391, %393, %395, %409, %421 : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xi32>, tensor<4x6xi32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xi1>, tensor<4x6xi1>, tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xi1>, tensor<4x6xi1>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>
  }
}

