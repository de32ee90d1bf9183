// Made by mlir-opt of LLVM 19.1.7, --mlir-print-op-generic; see tools/generate_mlir_examples.py.
#loc2 = loc("<stdin>":9:19)
#loc8 = loc("<stdin>":15:14)
#loc13 = loc("<stdin>":20:10)
#loc14 = loc("<stdin>":20:24)
#loc15 = loc("<stdin>":20:38)
#loc16 = loc("<stdin>":20:52)
#loc20 = loc("<stdin>":25:10)
#loc21 = loc("<stdin>":25:20)
#loc24 = loc(unknown)
#loc27 = loc("<stdin>":31:10)
#loc28 = loc("<stdin>":31:20)
#loc42 = loc("<stdin>":46:10)
#loc43 = loc("<stdin>":46:20)
#loc47 = loc("<stdin>":51:11)
#loc51 = loc("<stdin>":55:10)
#loc52 = loc("<stdin>":55:20)
#loc58 = loc("<stdin>":62:8)
#loc59 = loc("<stdin>":62:18)
#loc65 = loc("<stdin>":69:10)
#loc66 = loc("<stdin>":69:20)
#loc67 = loc("<stdin>":69:33)
#loc72 = loc("<stdin>":75:10)
#loc73 = loc("<stdin>":75:20)
#loc79 = loc("<stdin>":82:8)
#loc80 = loc("<stdin>":82:18)
#loc86 = loc("<stdin>":89:10)
#loc87 = loc("<stdin>":89:20)
#loc92 = loc("<stdin>":95:10)
#loc93 = loc("<stdin>":95:20)
#loc94 = loc("<stdin>":95:33)
#map = affine_map<(d0, d1, d2, d3) -> (d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#map3 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3, d4, d5, d6)>
#map4 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (0, d1, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 2 + d4, d2 * 2 + d5, d3)>
#map7 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>
#map8 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 4 + d4, d2 * 4 + d5, d3)>
#map10 = affine_map<(d0, d1) -> (d1)>
#map11 = affine_map<(d0, d1) -> (d0, d1)>
#map12 = affine_map<(d0, d1, d2) -> (d0, d2)>
#map13 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map14 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map15 = affine_map<(d0, d1) -> (0, d1)>
#map16 = affine_map<(d0, d1) -> (0, 0)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<1x8x8x4xf32>) -> tensor<1x10xf32>, sym_name = "main"}> ({
  ^bb0(%arg0: tensor<1x8x8x4xf32> loc("<stdin>":9:19)):
    %0 = "arith.constant"() <{value = 1.600000e+01 : f32}> : () -> f32 loc(#loc3)
    %1 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32 loc(#loc4)
    %2 = "arith.constant"() <{value = -3.40282347E+38 : f32}> : () -> f32 loc(#loc5)
    %3 = "arith.constant"() <{value = 6.000000e+00 : f32}> : () -> f32 loc(#loc6)
    %4 = "arith.constant"() <{value = dense<[0.260411859, -0.396494567, -0.679641485, 0.133215785, 0.0273866039, 0.0248306654, 0.0765662715, 0.178027764, -0.147500917, 0.132123411]> : tensor<10xf32>}> : () -> tensor<10xf32> loc(#loc7)
    %5 = "arith.constant"() <{value = dense<[[0.474631846, 0.116669051, 0.363877296, -0.127625749, 8.400320e-02, 0.155564815, 7.190070e-02, 0.14673546], [4.246950e-01, -0.0921789184, -0.198869824, 0.100263931, -0.435824513, -0.00311208656, 0.35826996, -0.00320264511], [0.164165497, 0.115266062, 0.360804379, 0.151882708, 0.0609337054, -0.999274969, -0.157656431, 0.211674318], [-0.045344919, -0.227930129, 0.267333537, -0.270154595, -0.108742952, 0.19773972, -0.16295734, 0.0424046181], [-0.015560071, -0.371143222, -0.170368224, -0.123068593, -0.208718359, 0.312630206, -0.0231198668, -0.208922237], [-0.434782028, -0.115361303, 0.37397334, -0.111280032, 0.206390858, 0.115239754, -0.176198125, -0.306192458], [0.140935987, -0.525742769, 0.150588661, -0.376398236, 0.237073332, -0.136653334, -0.044929564, 0.297274858], [-0.317586601, -0.00179623952, -0.111712098, 0.136621535, 0.199912041, 0.0707893893, 0.0470469035, -0.135997921], [0.167035267, -0.0846924483, 0.0250207894, 0.0419275388, -0.420746654, -0.351725191, 0.053326387, -0.0178907588], [0.363358766, -0.739916563, 0.0514367111, 0.314974129, 0.0165861305, 0.22321488, -0.00400023675, -0.0267182533]]> : tensor<10x8xf32>}> : () -> tensor<10x8xf32> loc(#loc8)
    %6 = "arith.constant"() <{value = dense<"0x65D549BE7CFC293E852EF6BDA84758BAD8E69C3D21538E3D41F7B13EC92AD23E5E31D2BE3791A5BD1A5247BEED68673EE864A4BEAB886D3E318A563E1ED8303E05EC95BE31BF85BDC666A6BE2204F23D203D923EA713EABEE4F87EBEED994CBD821E24BE8FDEE43E6D5036BD255D993D2537ABBE6992EC3E851C483D94E26C3EB7BFCE3CA11523BFAEDBF5BE2B3FC6BE2FFF0F3E43571DBE8FF8023E89F7AE3D8E0A983DB7DF8C3E69D85D3D4877FCBEC72951BE0ADDFE3E3AEAA4BEF033D13EC4CFFD3E06D136BEA981D33D1368D7BE993E6D3ED5F26EBEF348C9BEA27BF1BD72820CBEA4CF33BEFC2A713DCCA64FBD39D24BBE44BC913EE6F8393FA1D99F3C886458BE817D98BE343C353E7BA09DBDDA03943B8F3119BF93E2ADBE7585B2BE8AF2903E8E19A6BD89E33EBFEC09143EA5F3AD3E1352C83E432E57BFBBAF3B3D0733793E9B0D3A3E550091BDC3570ABF673405BE86BCC6BD164B303E0286443E7E1695BD591D823EF84BA2BED1B451BE5C9D18BC1135303E29EEC5BD0107BD3E1676FC3DEFC991BE3F57D23C125288BE8ED993BE8D3FDBBEBCAAD63E9DAF8B3E45D9F5BE9FF1AA3E5E9A933E983EDFBDF6CE1B3ECC692C3F3DDCAF3D6D9B013EC064AC3E84EC9EBE1D72C2BE417CD8BE33A8BDBC740E863E8AE783BE9F4ED2BE8179853D31AED6BD8B72413EFF3EF1BC4EF836BD9EC063BC888EB93CCFA88DBE0C26A6BE55A7FA3E1AB0703F2004B33E8734F3BE2684BF3C0245BE3EAF3BF1BE85F705BECF5ADBBD6AA484BE38F870BEC90CA43ED128F4BDCC0B54BD5337083FF0E673BEC1D00EBF5595583ED70C1F3F7593A43D9B4FDF3D433EBDBEF77A87BEF3D3E93E0326CA3EEBB8453E052135BEAD47AFBE345899BE754FADBE1B76493E086066BE6BCE0DBE81A95E3EE44E573ED87AB13C0200193E6994C93BF0E013BF3349AABCCB5500BE310CD8BDE7B1963DF7682DBE5E84BC3E9A4850BDF0BD4E3D71FFCB3DFB8252BD5ABB473E5150693E07B0423E6AA15ABE2A168CBEBA523DBEE5AF05BBD52A11BF45D284BE422DB4BEA72C56BEA29391BE2074733E935D023E3AB48F3E78BD9BBEDE2A77BEB00BC6BDAC9EFB3E8D29FF3EF33E44BE376C3C3E3E01243F015EA0BE4C6679BD0923C63E61865B3E287A9ABE918CE83E4C26963E6411533E3AD9BFBEF32052BDD701CA3E9ABD153E4183743E28B4A6BD36FEE73E604E96BD5A808D3EE968C53DA4BC94BE14F6E33E3B35C2BEE75C63BED0A72A3D249ED8BEAC290BBF1FB217BDF65905BE8CBCADBDC0DA173EDB0F2D3FFD4903BE305D3B3F0F3E8D3DCCAB06BD6AE350BFC119EEBEC066943DD42C243EE40684BEEDE3A83D3487853EA09337BEE187FEBE72629CBE58B0D0BDE100983D1FDD623E608494BE30D1ADBA49E6B7BD3752BDBA0E42A33E5160C13E74821EBE1EC746BEE13A60BE9CB32DBE0AE00ABE4B417EBD755826BE5979AABE114CB9BE0CC1D53B1BF8383F72FB203EA7363D3ED1EFC23D00976EBDB44F173F7019D5BD95D79ABE7DEDC2BED9F73B3D9F589EBEE74C8BBE75BF8ABE9353CFBEDC74253D429A03BFC5DE2C3FE6CB56BFED30DBBE94FE203C857BEF3D2646E3BD6983A03D26B53D3D"> : tensor<8x3x3x4xf32>}> : () -> tensor<8x3x3x4xf32> loc(#loc9)
    %7 = "arith.constant"() <{value = dense<[3.269170e-02, 0.17133905, 0.0695755183, -3.260750e-02, -0.0443320572, 0.26396957, -0.0561748929, 0.170866877]> : tensor<8xf32>}> : () -> tensor<8xf32> loc(#loc10)
    %8 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32 loc(#loc11)
    %9 = "tensor.pad"(%arg0) <{operandSegmentSizes = array<i32: 1, 0, 0>, static_high = array<i64: 0, 1, 1, 0>, static_low = array<i64: 0, 1, 1, 0>}> ({
    ^bb0(%arg45: index loc("<stdin>":20:10), %arg46: index loc("<stdin>":20:24), %arg47: index loc("<stdin>":20:38), %arg48: index loc("<stdin>":20:52)):
      "tensor.yield"(%8) : (f32) -> () loc(#loc17)
    }) : (tensor<1x8x8x4xf32>) -> tensor<1x10x10x4xf32> loc(#loc12)
    %10 = "tensor.empty"() : () -> tensor<1x8x8x8xf32> loc(#loc18)
    %11 = "linalg.generic"(%7, %10) <{indexing_maps = [#map, #map1], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg43: f32 loc("<stdin>":25:10), %arg44: f32 loc("<stdin>":25:20)):
      "linalg.yield"(%arg43) : (f32) -> () loc(#loc22)
    }) : (tensor<8xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> loc(#loc19)
    %12 = "linalg.conv_2d_nhwc_fhwc"(%9, %6, %11) <{dilations = dense<1> : tensor<2xi64>, operandSegmentSizes = array<i32: 2, 1>, strides = dense<1> : tensor<2xi64>}> ({
    ^bb0(%arg40: f32 loc(unknown), %arg41: f32 loc(unknown), %arg42: f32 loc(unknown)):
      %60 = "arith.mulf"(%arg40, %arg41) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc24)
      %61 = "arith.addf"(%arg42, %60) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc24)
      "linalg.yield"(%61) : (f32) -> () loc(#loc24)
    }) {linalg.memoized_indexing_maps = [#map2, #map3, #map4]} : (tensor<1x10x10x4xf32>, tensor<8x3x3x4xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> loc(#loc23)
    %13 = "tensor.empty"() : () -> tensor<1x8x8x8xf32> loc(#loc25)
    %14 = "linalg.generic"(%12, %13) <{indexing_maps = [#map5, #map1], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg38: f32 loc("<stdin>":31:10), %arg39: f32 loc("<stdin>":31:20)):
      %58 = "arith.minimumf"(%arg38, %3) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc29)
      %59 = "arith.maximumf"(%58, %8) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc30)
      "linalg.yield"(%59) : (f32) -> () loc(#loc31)
    }) : (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> loc(#loc26)
    %15 = "tensor.empty"() : () -> tensor<1x4x4x8xf32> loc(#loc32)
    %16 = "linalg.fill"(%2, %15) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg36: f32 loc(unknown), %arg37: f32 loc(unknown)):
      "linalg.yield"(%arg36) : (f32) -> () loc(#loc24)
    }) : (f32, tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32> loc(#loc33)
    %17 = "tensor.empty"() : () -> tensor<2x2xf32> loc(#loc34)
    %18 = "linalg.pooling_nhwc_max"(%14, %17, %16) <{dilations = dense<1> : vector<2xi64>, operandSegmentSizes = array<i32: 2, 1>, strides = dense<2> : vector<2xi64>}> ({
    ^bb0(%arg33: f32 loc(unknown), %arg34: f32 loc(unknown), %arg35: f32 loc(unknown)):
      %57 = "arith.maximumf"(%arg35, %arg33) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc24)
      "linalg.yield"(%57) : (f32) -> () loc(#loc24)
    }) {linalg.memoized_indexing_maps = [#map6, #map7, #map8]} : (tensor<1x8x8x8xf32>, tensor<2x2xf32>, tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32> loc(#loc35)
    %19 = "tensor.empty"() : () -> tensor<1x1x1x8xf32> loc(#loc36)
    %20 = "linalg.fill"(%8, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: f32 loc(unknown), %arg32: f32 loc(unknown)):
      "linalg.yield"(%arg31) : (f32) -> () loc(#loc24)
    }) : (f32, tensor<1x1x1x8xf32>) -> tensor<1x1x1x8xf32> loc(#loc37)
    %21 = "tensor.empty"() : () -> tensor<4x4xf32> loc(#loc38)
    %22 = "linalg.pooling_nhwc_sum"(%18, %21, %20) <{dilations = dense<1> : vector<2xi64>, operandSegmentSizes = array<i32: 2, 1>, strides = dense<4> : vector<2xi64>}> ({
    ^bb0(%arg28: f32 loc(unknown), %arg29: f32 loc(unknown), %arg30: f32 loc(unknown)):
      %56 = "arith.addf"(%arg30, %arg28) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc24)
      "linalg.yield"(%56) : (f32) -> () loc(#loc24)
    }) {linalg.memoized_indexing_maps = [#map9, #map7, #map8]} : (tensor<1x4x4x8xf32>, tensor<4x4xf32>, tensor<1x1x1x8xf32>) -> tensor<1x1x1x8xf32> loc(#loc39)
    %23 = "tensor.empty"() : () -> tensor<1x1x1x8xf32> loc(#loc40)
    %24 = "linalg.generic"(%22, %23) <{indexing_maps = [#map1, #map1], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg26: f32 loc("<stdin>":46:10), %arg27: f32 loc("<stdin>":46:20)):
      %55 = "arith.divf"(%arg26, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc44)
      "linalg.yield"(%55) : (f32) -> () loc(#loc45)
    }) : (tensor<1x1x1x8xf32>, tensor<1x1x1x8xf32>) -> tensor<1x1x1x8xf32> loc(#loc41)
    %25 = "tensor.collapse_shape"(%24) <{reassociation = [[0, 1, 2], [3]]}> : (tensor<1x1x1x8xf32>) -> tensor<1x8xf32> loc(#loc46)
    %26 = "tensor.empty"() : () -> tensor<8x10xf32> loc(#loc47)
    %27 = "linalg.transpose"(%5, %26) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg24: f32 loc("<stdin>":15:14), %arg25: f32 loc("<stdin>":51:11)):
      "linalg.yield"(%arg24) : (f32) -> () loc(#loc48)
    }) : (tensor<10x8xf32>, tensor<8x10xf32>) -> tensor<8x10xf32> loc(#loc48)
    %28 = "tensor.empty"() : () -> tensor<1x10xf32> loc(#loc49)
    %29 = "linalg.generic"(%4, %28) <{indexing_maps = [#map10, #map11], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg22: f32 loc("<stdin>":55:10), %arg23: f32 loc("<stdin>":55:20)):
      "linalg.yield"(%arg22) : (f32) -> () loc(#loc53)
    }) : (tensor<10xf32>, tensor<1x10xf32>) -> tensor<1x10xf32> loc(#loc50)
    %30 = "linalg.matmul"(%25, %27, %29) <{operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg19: f32 loc(unknown), %arg20: f32 loc(unknown), %arg21: f32 loc(unknown)):
      %53 = "arith.mulf"(%arg19, %arg20) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc24)
      %54 = "arith.addf"(%arg21, %53) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc24)
      "linalg.yield"(%54) : (f32) -> () loc(#loc24)
    }) {linalg.memoized_indexing_maps = [#map12, #map13, #map14]} : (tensor<1x8xf32>, tensor<8x10xf32>, tensor<1x10xf32>) -> tensor<1x10xf32> loc(#loc54)
    %31 = "tensor.empty"() : () -> tensor<1xf32> loc(#loc55)
    %32 = "linalg.fill"(%2, %31) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg17: f32 loc(unknown), %arg18: f32 loc(unknown)):
      "linalg.yield"(%arg17) : (f32) -> () loc(#loc24)
    }) : (f32, tensor<1xf32>) -> tensor<1xf32> loc(#loc56)
    %33 = "linalg.reduce"(%30, %32) <{dimensions = array<i64: 1>}> ({
    ^bb0(%arg15: f32 loc("<stdin>":62:8), %arg16: f32 loc("<stdin>":62:18)):
      %52 = "arith.maximumf"(%arg15, %arg16) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc60)
      "linalg.yield"(%52) : (f32) -> () loc(#loc61)
    }) : (tensor<1x10xf32>, tensor<1xf32>) -> tensor<1xf32> loc(#loc57)
    %34 = "tensor.expand_shape"(%33) <{reassociation = [[0, 1]], static_output_shape = array<i64: 1, 1>}> : (tensor<1xf32>) -> tensor<1x1xf32> loc(#loc62)
    %35 = "tensor.empty"() : () -> tensor<1x10xf32> loc(#loc63)
    %36 = "linalg.generic"(%30, %34, %35) <{indexing_maps = [#map15, #map16, #map11], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg12: f32 loc("<stdin>":69:10), %arg13: f32 loc("<stdin>":69:20), %arg14: f32 loc("<stdin>":69:33)):
      %51 = "arith.subf"(%arg12, %arg13) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc68)
      "linalg.yield"(%51) : (f32) -> () loc(#loc69)
    }) : (tensor<1x10xf32>, tensor<1x1xf32>, tensor<1x10xf32>) -> tensor<1x10xf32> loc(#loc64)
    %37 = "tensor.empty"() : () -> tensor<1x10xf32> loc(#loc70)
    %38 = "linalg.generic"(%36, %37) <{indexing_maps = [#map15, #map11], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg10: f32 loc("<stdin>":75:10), %arg11: f32 loc("<stdin>":75:20)):
      %50 = "math.exp"(%arg10) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32 loc(#loc74)
      "linalg.yield"(%50) : (f32) -> () loc(#loc75)
    }) : (tensor<1x10xf32>, tensor<1x10xf32>) -> tensor<1x10xf32> loc(#loc71)
    %39 = "tensor.empty"() : () -> tensor<1xf32> loc(#loc76)
    %40 = "linalg.fill"(%8, %39) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg8: f32 loc(unknown), %arg9: f32 loc(unknown)):
      "linalg.yield"(%arg8) : (f32) -> () loc(#loc24)
    }) : (f32, tensor<1xf32>) -> tensor<1xf32> loc(#loc77)
    %41 = "linalg.reduce"(%38, %40) <{dimensions = array<i64: 1>}> ({
    ^bb0(%arg6: f32 loc("<stdin>":82:8), %arg7: f32 loc("<stdin>":82:18)):
      %49 = "arith.addf"(%arg6, %arg7) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc81)
      "linalg.yield"(%49) : (f32) -> () loc(#loc82)
    }) : (tensor<1x10xf32>, tensor<1xf32>) -> tensor<1xf32> loc(#loc78)
    %42 = "tensor.expand_shape"(%41) <{reassociation = [[0, 1]], static_output_shape = array<i64: 1, 1>}> : (tensor<1xf32>) -> tensor<1x1xf32> loc(#loc83)
    %43 = "tensor.empty"() : () -> tensor<1x1xf32> loc(#loc84)
    %44 = "linalg.generic"(%42, %43) <{indexing_maps = [#map16, #map11], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg4: f32 loc("<stdin>":89:10), %arg5: f32 loc("<stdin>":89:20)):
      %48 = "arith.divf"(%1, %arg4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc88)
      "linalg.yield"(%48) : (f32) -> () loc(#loc89)
    }) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32> loc(#loc85)
    %45 = "tensor.empty"() : () -> tensor<1x10xf32> loc(#loc90)
    %46 = "linalg.generic"(%38, %44, %45) <{indexing_maps = [#map15, #map16, #map11], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg1: f32 loc("<stdin>":95:10), %arg2: f32 loc("<stdin>":95:20), %arg3: f32 loc("<stdin>":95:33)):
      %47 = "arith.mulf"(%arg1, %arg2) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32 loc(#loc95)
      "linalg.yield"(%47) : (f32) -> () loc(#loc96)
    }) : (tensor<1x10xf32>, tensor<1x1xf32>, tensor<1x10xf32>) -> tensor<1x10xf32> loc(#loc91)
    "func.return"(%46) : (tensor<1x10xf32>) -> () loc(#loc97)
  }) : () -> () loc(#loc1)
}) : () -> () loc(#loc)
#loc = loc("<stdin>":8:1)
#loc1 = loc("<stdin>":9:3)
#loc3 = loc("<stdin>":10:12)
#loc4 = loc("<stdin>":11:14)
#loc5 = loc("<stdin>":12:14)
#loc6 = loc("<stdin>":13:14)
#loc7 = loc("<stdin>":14:14)
#loc9 = loc("<stdin>":16:14)
#loc10 = loc("<stdin>":17:14)
#loc11 = loc("<stdin>":18:14)
#loc12 = loc("<stdin>":19:15)
#loc17 = loc("<stdin>":21:7)
#loc18 = loc("<stdin>":23:10)
#loc19 = loc("<stdin>":24:10)
#loc22 = loc("<stdin>":26:7)
#loc23 = loc("<stdin>":28:10)
#loc25 = loc("<stdin>":29:10)
#loc26 = loc("<stdin>":30:10)
#loc29 = loc("<stdin>":32:13)
#loc30 = loc("<stdin>":33:13)
#loc31 = loc("<stdin>":34:7)
#loc32 = loc("<stdin>":36:10)
#loc33 = loc("<stdin>":37:10)
#loc34 = loc("<stdin>":38:10)
#loc35 = loc("<stdin>":39:10)
#loc36 = loc("<stdin>":40:10)
#loc37 = loc("<stdin>":41:11)
#loc38 = loc("<stdin>":42:11)
#loc39 = loc("<stdin>":43:11)
#loc40 = loc("<stdin>":44:11)
#loc41 = loc("<stdin>":45:11)
#loc44 = loc("<stdin>":47:13)
#loc45 = loc("<stdin>":48:7)
#loc46 = loc("<stdin>":50:18)
#loc48 = loc("<stdin>":52:19)
#loc49 = loc("<stdin>":53:11)
#loc50 = loc("<stdin>":54:11)
#loc53 = loc("<stdin>":56:7)
#loc54 = loc("<stdin>":58:11)
#loc55 = loc("<stdin>":59:11)
#loc56 = loc("<stdin>":60:11)
#loc57 = loc("<stdin>":61:16)
#loc60 = loc("<stdin>":63:15)
#loc61 = loc("<stdin>":64:9)
#loc62 = loc("<stdin>":66:17)
#loc63 = loc("<stdin>":67:11)
#loc64 = loc("<stdin>":68:11)
#loc68 = loc("<stdin>":70:13)
#loc69 = loc("<stdin>":71:7)
#loc70 = loc("<stdin>":73:11)
#loc71 = loc("<stdin>":74:11)
#loc74 = loc("<stdin>":76:13)
#loc75 = loc("<stdin>":77:7)
#loc76 = loc("<stdin>":79:11)
#loc77 = loc("<stdin>":80:11)
#loc78 = loc("<stdin>":81:18)
#loc81 = loc("<stdin>":83:15)
#loc82 = loc("<stdin>":84:9)
#loc83 = loc("<stdin>":86:19)
#loc84 = loc("<stdin>":87:11)
#loc85 = loc("<stdin>":88:11)
#loc88 = loc("<stdin>":90:13)
#loc89 = loc("<stdin>":91:7)
#loc90 = loc("<stdin>":93:11)
#loc91 = loc("<stdin>":94:11)
#loc95 = loc("<stdin>":96:13)
#loc96 = loc("<stdin>":97:7)
#loc97 = loc("<stdin>":99:5)

