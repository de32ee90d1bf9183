// Made by mlir-opt of LLVM 19.1.7, linalg-generalize-named-ops; see tools/generate_mlir_examples.py.
#map = affine_map<(d0, d1, d2, d3) -> (d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#map3 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3, d4, d5, d6)>
#map4 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (0, d1, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3) -> ()>
#map7 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 2 + d4, d2 * 2 + d5, d3)>
#map8 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>
#map9 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
#map10 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 4 + d4, d2 * 4 + d5, d3)>
#map11 = affine_map<(d0, d1) -> (d1, d0)>
#map12 = affine_map<(d0, d1) -> (d0, d1)>
#map13 = affine_map<(d0, d1) -> (d1)>
#map14 = affine_map<(d0, d1, d2) -> (d0, d2)>
#map15 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map16 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map17 = affine_map<(d0) -> ()>
#map18 = affine_map<(d0) -> (d0)>
#map19 = affine_map<(d0, d1) -> (d0)>
#map20 = affine_map<(d0, d1) -> (0, d1)>
#map21 = affine_map<(d0, d1) -> (0, 0)>
module {
  func.func @main(%arg0: tensor<1x8x8x4xf32>) -> tensor<1x10xf32> {
    %cst = arith.constant 1.600000e+01 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant -3.40282347E+38 : f32
    %cst_2 = arith.constant 6.000000e+00 : f32
    %cst_3 = arith.constant dense<[0.260411859, -0.396494567, -0.679641485, 0.133215785, 0.0273866039, 0.0248306654, 0.0765662715, 0.178027764, -0.147500917, 0.132123411]> : tensor<10xf32>
    %cst_4 = arith.constant dense<[[0.474631846, 0.116669051, 0.363877296, -0.127625749, 8.400320e-02, 0.155564815, 7.190070e-02, 0.14673546], [4.246950e-01, -0.0921789184, -0.198869824, 0.100263931, -0.435824513, -0.00311208656, 0.35826996, -0.00320264511], [0.164165497, 0.115266062, 0.360804379, 0.151882708, 0.0609337054, -0.999274969, -0.157656431, 0.211674318], [-0.045344919, -0.227930129, 0.267333537, -0.270154595, -0.108742952, 0.19773972, -0.16295734, 0.0424046181], [-0.015560071, -0.371143222, -0.170368224, -0.123068593, -0.208718359, 0.312630206, -0.0231198668, -0.208922237], [-0.434782028, -0.115361303, 0.37397334, -0.111280032, 0.206390858, 0.115239754, -0.176198125, -0.306192458], [0.140935987, -0.525742769, 0.150588661, -0.376398236, 0.237073332, -0.136653334, -0.044929564, 0.297274858], [-0.317586601, -0.00179623952, -0.111712098, 0.136621535, 0.199912041, 0.0707893893, 0.0470469035, -0.135997921], [0.167035267, -0.0846924483, 0.0250207894, 0.0419275388, -0.420746654, -0.351725191, 0.053326387, -0.0178907588], [0.363358766, -0.739916563, 0.0514367111, 0.314974129, 0.0165861305, 0.22321488, -0.00400023675, -0.0267182533]]> : tensor<10x8xf32>
    %cst_5 = arith.constant dense<"0x65D549BE7CFC293E852EF6BDA84758BAD8E69C3D21538E3D41F7B13EC92AD23E5E31D2BE3791A5BD1A5247BEED68673EE864A4BEAB886D3E318A563E1ED8303E05EC95BE31BF85BDC666A6BE2204F23D203D923EA713EABEE4F87EBEED994CBD821E24BE8FDEE43E6D5036BD255D993D2537ABBE6992EC3E851C483D94E26C3EB7BFCE3CA11523BFAEDBF5BE2B3FC6BE2FFF0F3E43571DBE8FF8023E89F7AE3D8E0A983DB7DF8C3E69D85D3D4877FCBEC72951BE0ADDFE3E3AEAA4BEF033D13EC4CFFD3E06D136BEA981D33D1368D7BE993E6D3ED5F26EBEF348C9BEA27BF1BD72820CBEA4CF33BEFC2A713DCCA64FBD39D24BBE44BC913EE6F8393FA1D99F3C886458BE817D98BE343C353E7BA09DBDDA03943B8F3119BF93E2ADBE7585B2BE8AF2903E8E19A6BD89E33EBFEC09143EA5F3AD3E1352C83E432E57BFBBAF3B3D0733793E9B0D3A3E550091BDC3570ABF673405BE86BCC6BD164B303E0286443E7E1695BD591D823EF84BA2BED1B451BE5C9D18BC1135303E29EEC5BD0107BD3E1676FC3DEFC991BE3F57D23C125288BE8ED993BE8D3FDBBEBCAAD63E9DAF8B3E45D9F5BE9FF1AA3E5E9A933E983EDFBDF6CE1B3ECC692C3F3DDCAF3D6D9B013EC064AC3E84EC9EBE1D72C2BE417CD8BE33A8BDBC740E863E8AE783BE9F4ED2BE8179853D31AED6BD8B72413EFF3EF1BC4EF836BD9EC063BC888EB93CCFA88DBE0C26A6BE55A7FA3E1AB0703F2004B33E8734F3BE2684BF3C0245BE3EAF3BF1BE85F705BECF5ADBBD6AA484BE38F870BEC90CA43ED128F4BDCC0B54BD5337083FF0E673BEC1D00EBF5595583ED70C1F3F7593A43D9B4FDF3D433EBDBEF77A87BEF3D3E93E0326CA3EEBB8453E052135BEAD47AFBE345899BE754FADBE1B76493E086066BE6BCE0DBE81A95E3EE44E573ED87AB13C0200193E6994C93BF0E013BF3349AABCCB5500BE310CD8BDE7B1963DF7682DBE5E84BC3E9A4850BDF0BD4E3D71FFCB3DFB8252BD5ABB473E5150693E07B0423E6AA15ABE2A168CBEBA523DBEE5AF05BBD52A11BF45D284BE422DB4BEA72C56BEA29391BE2074733E935D023E3AB48F3E78BD9BBEDE2A77BEB00BC6BDAC9EFB3E8D29FF3EF33E44BE376C3C3E3E01243F015EA0BE4C6679BD0923C63E61865B3E287A9ABE918CE83E4C26963E6411533E3AD9BFBEF32052BDD701CA3E9ABD153E4183743E28B4A6BD36FEE73E604E96BD5A808D3EE968C53DA4BC94BE14F6E33E3B35C2BEE75C63BED0A72A3D249ED8BEAC290BBF1FB217BDF65905BE8CBCADBDC0DA173EDB0F2D3FFD4903BE305D3B3F0F3E8D3DCCAB06BD6AE350BFC119EEBEC066943DD42C243EE40684BEEDE3A83D3487853EA09337BEE187FEBE72629CBE58B0D0BDE100983D1FDD623E608494BE30D1ADBA49E6B7BD3752BDBA0E42A33E5160C13E74821EBE1EC746BEE13A60BE9CB32DBE0AE00ABE4B417EBD755826BE5979AABE114CB9BE0CC1D53B1BF8383F72FB203EA7363D3ED1EFC23D00976EBDB44F173F7019D5BD95D79ABE7DEDC2BED9F73B3D9F589EBEE74C8BBE75BF8ABE9353CFBEDC74253D429A03BFC5DE2C3FE6CB56BFED30DBBE94FE203C857BEF3D2646E3BD6983A03D26B53D3D"> : tensor<8x3x3x4xf32>
    %cst_6 = arith.constant dense<[3.269170e-02, 0.17133905, 0.0695755183, -3.260750e-02, -0.0443320572, 0.26396957, -0.0561748929, 0.170866877]> : tensor<8xf32>
    %cst_7 = arith.constant 0.000000e+00 : f32
    %padded = tensor.pad %arg0 low[0, 1, 1, 0] high[0, 1, 1, 0] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst_7 : f32
    } : tensor<1x8x8x4xf32> to tensor<1x10x10x4xf32>
    %0 = tensor.empty() : tensor<1x8x8x8xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_6 : tensor<8xf32>) outs(%0 : tensor<1x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8x8x8xf32>
    %2 = linalg.generic {indexing_maps = [#map2, #map3, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%padded, %cst_5 : tensor<1x10x10x4xf32>, tensor<8x3x3x4xf32>) outs(%1 : tensor<1x8x8x8xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %34 = arith.mulf %in, %in_9 : f32
      %35 = arith.addf %out, %34 : f32
      linalg.yield %35 : f32
    } -> tensor<1x8x8x8xf32>
    %3 = tensor.empty() : tensor<1x8x8x8xf32>
    %4 = linalg.generic {indexing_maps = [#map5, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<1x8x8x8xf32>) outs(%3 : tensor<1x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %34 = arith.minimumf %in, %cst_2 : f32
      %35 = arith.maximumf %34, %cst_7 : f32
      linalg.yield %35 : f32
    } -> tensor<1x8x8x8xf32>
    %5 = tensor.empty() : tensor<1x4x4x8xf32>
    %6 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_1 : f32) outs(%5 : tensor<1x4x4x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x4x4x8xf32>
    %7 = tensor.empty() : tensor<2x2xf32>
    %8 = linalg.generic {indexing_maps = [#map7, #map8, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%4, %7 : tensor<1x8x8x8xf32>, tensor<2x2xf32>) outs(%6 : tensor<1x4x4x8xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %34 = arith.maximumf %out, %in : f32
      linalg.yield %34 : f32
    } -> tensor<1x4x4x8xf32>
    %9 = tensor.empty() : tensor<1x1x1x8xf32>
    %10 = linalg.generic {indexing_maps = [#map6, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_7 : f32) outs(%9 : tensor<1x1x1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x1x1x8xf32>
    %11 = tensor.empty() : tensor<4x4xf32>
    %12 = linalg.generic {indexing_maps = [#map10, #map8, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%8, %11 : tensor<1x4x4x8xf32>, tensor<4x4xf32>) outs(%10 : tensor<1x1x1x8xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %34 = arith.addf %out, %in : f32
      linalg.yield %34 : f32
    } -> tensor<1x1x1x8xf32>
    %13 = tensor.empty() : tensor<1x1x1x8xf32>
    %14 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<1x1x1x8xf32>) outs(%13 : tensor<1x1x1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %34 = arith.divf %in, %cst : f32
      linalg.yield %34 : f32
    } -> tensor<1x1x1x8xf32>
    %collapsed = tensor.collapse_shape %14 [[0, 1, 2], [3]] : tensor<1x1x1x8xf32> into tensor<1x8xf32>
    %15 = tensor.empty() : tensor<8x10xf32>
    %16 = linalg.generic {indexing_maps = [#map11, #map12], iterator_types = ["parallel", "parallel"]} ins(%cst_4 : tensor<10x8xf32>) outs(%15 : tensor<8x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<8x10xf32>
    %17 = tensor.empty() : tensor<1x10xf32>
    %18 = linalg.generic {indexing_maps = [#map13, #map12], iterator_types = ["parallel", "parallel"]} ins(%cst_3 : tensor<10xf32>) outs(%17 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x10xf32>
    %19 = linalg.generic {indexing_maps = [#map14, #map15, #map16], iterator_types = ["parallel", "parallel", "reduction"]} ins(%collapsed, %16 : tensor<1x8xf32>, tensor<8x10xf32>) outs(%18 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %34 = arith.mulf %in, %in_9 : f32
      %35 = arith.addf %out, %34 : f32
      linalg.yield %35 : f32
    } -> tensor<1x10xf32>
    %20 = tensor.empty() : tensor<1xf32>
    %21 = linalg.generic {indexing_maps = [#map17, #map18], iterator_types = ["parallel"]} ins(%cst_1 : f32) outs(%20 : tensor<1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1xf32>
    %22 = linalg.generic {indexing_maps = [#map12, #map19], iterator_types = ["parallel", "reduction"]} ins(%19 : tensor<1x10xf32>) outs(%21 : tensor<1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %34 = arith.maximumf %in, %out : f32
      linalg.yield %34 : f32
    } -> tensor<1xf32>
    %expanded = tensor.expand_shape %22 [[0, 1]] output_shape [1, 1] : tensor<1xf32> into tensor<1x1xf32>
    %23 = tensor.empty() : tensor<1x10xf32>
    %24 = linalg.generic {indexing_maps = [#map20, #map21, #map12], iterator_types = ["parallel", "parallel"]} ins(%19, %expanded : tensor<1x10xf32>, tensor<1x1xf32>) outs(%23 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %34 = arith.subf %in, %in_9 : f32
      linalg.yield %34 : f32
    } -> tensor<1x10xf32>
    %25 = tensor.empty() : tensor<1x10xf32>
    %26 = linalg.generic {indexing_maps = [#map20, #map12], iterator_types = ["parallel", "parallel"]} ins(%24 : tensor<1x10xf32>) outs(%25 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %34 = math.exp %in : f32
      linalg.yield %34 : f32
    } -> tensor<1x10xf32>
    %27 = tensor.empty() : tensor<1xf32>
    %28 = linalg.generic {indexing_maps = [#map17, #map18], iterator_types = ["parallel"]} ins(%cst_7 : f32) outs(%27 : tensor<1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1xf32>
    %29 = linalg.generic {indexing_maps = [#map12, #map19], iterator_types = ["parallel", "reduction"]} ins(%26 : tensor<1x10xf32>) outs(%28 : tensor<1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %34 = arith.addf %in, %out : f32
      linalg.yield %34 : f32
    } -> tensor<1xf32>
    %expanded_8 = tensor.expand_shape %29 [[0, 1]] output_shape [1, 1] : tensor<1xf32> into tensor<1x1xf32>
    %30 = tensor.empty() : tensor<1x1xf32>
    %31 = linalg.generic {indexing_maps = [#map21, #map12], iterator_types = ["parallel", "parallel"]} ins(%expanded_8 : tensor<1x1xf32>) outs(%30 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %34 = arith.divf %cst_0, %in : f32
      linalg.yield %34 : f32
    } -> tensor<1x1xf32>
    %32 = tensor.empty() : tensor<1x10xf32>
    %33 = linalg.generic {indexing_maps = [#map20, #map21, #map12], iterator_types = ["parallel", "parallel"]} ins(%26, %31 : tensor<1x10xf32>, tensor<1x1xf32>) outs(%32 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %in_9: f32, %out: f32):
      %34 = arith.mulf %in, %in_9 : f32
      linalg.yield %34 : f32
    } -> tensor<1x10xf32>
    return %33 : tensor<1x10xf32>
  }
}

