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
    %4 = "arith.constant"() <{value = dense<[0.868039488, -1.32164848, -2.26547146, 0.444052577, 0.0912886783, 0.0827688798, 0.25522089, 0.59342587, -0.491669685, 0.440411329]> : tensor<10xf32>}> : () -> tensor<10xf32> loc(#loc7)
    %5 = "arith.constant"() <{value = dense<[[1.58210611, 0.388896823, 1.21292424, -0.425419122, 0.28001067, 0.518549383, 0.23966901, 0.489118159], [1.41564989, -0.307263047, -0.662899375, 0.334213078, -1.4527483, -0.0103736212, 1.19423318, -0.0106754834], [0.547218323, 0.384220183, 1.20268118, 0.506275654, 0.203112349, -3.3309164, -0.525521398, 7.055810e-01], [-0.15114972, -0.759767055, 0.891111791, -0.900515258, -0.362476498, 0.659132361, -0.543191135, 0.14134872], [-5.186690e-02, -1.23714399, -0.567894042, -0.41022864, -0.695727825, 1.04210067, -0.0770662203, -0.696407437], [-1.44927335, -0.384537667, 1.24657774, -0.370933414, 0.687969505, 0.384132504, -0.587327063, -1.02064145], [0.469786614, -1.75247586, 0.501962185, -1.25466073, 0.7902444, -0.455511093, -0.149765208, 0.990916132], [-1.058622, -0.00598746492, -0.372373641, 0.455405116, 0.666373431, 0.235964611, 0.156823009, -0.453326374], [0.556784213, -0.282308161, 0.0834026262, 0.139758453, -1.40248883, -1.17241728, 0.177754611, -0.059635859], [1.21119583, -2.46638846, 0.171455696, 1.04991376, 0.0552870966, 0.744049549, -0.0133341216, -0.0890608429]]> : tensor<10x8xf32>}> : () -> tensor<10x8xf32> loc(#loc8)
    %6 = "arith.constant"() <{value = dense<"0xD43128BFBCA70D3FC426CDBEB63B34BB5EC0823E37356D3E0B4E943FA723AF3F2329AFBF03F989BEC01926BF70D7403FC1FE88BFE3F1453F7EC8323FC35E133FB3DE79BF51E95EBEFAAA8ABF1CAEC93E34BB733F6010C3BF137A54BF45802ABE17C408BF77B9BE3FB0ED17BE3D9B7F3EF4AD8EBFAC24C53F6EC2263E7B67453F6D4AAC3D5BE707C0BBE1CCBFA334A5BFA3FEEF3E0D1E03BFEE48DA3E47CE913EEC667D3E30CA6A3F02DF383E6663D2BF7B4D2EBFDD62D43FDB6D89BFF255AE3F7882D33FDA5818BF6241B03E6581B3BF2AB4453FB11F47BFCABCA7BF5C3CC9BEBD2EEABEB3D715BF27F9483EFF0A2DBEDAD929BF71E4723F15FA1A405B35853DC65334BF81267EBF8007173F115B83BE16B1763C9952FFBF7AE790BF8CC494BF3A94713FA16A8ABEF2121FC033BBF63EB4F5903F0FEFA63F375133C0C6671C3E85AA4F3F560B1B3F38AB71BE4492E6BF0002DEBE1A9DA5BE3DE9123F01C5233FD27A78BE93DB583F4E3F87BF58C12EBF995BFEBCE3D6123F22F1A4BED6859D3F6762D23E38FB72BFB448AF3D723363BF966A76BFF5B4B6BF9CE3B23F5BCF683FB9DFCCBF04748E3F4701763F7E09BABE22D7013F7FAD0F40DD8C923E0A03D83E4AA98F3FC36F84BFC209A2BF8B67B4BF2A0C9EBD6C6D5F3F3BD75BBF8441AFBF2B755E3E7EE6B2BEC934213FD409C9BD967918BE2ECB3DBD71A19A3D58196CBF0A758ABFC6E0D03FC09248401A2E953FC5ABCABFCA989F3DD78E9E3F1107C9BF3247DFBEACCBB6BE06125DBFD9CE48BF52B5883F5877CBBE7FB430BEDF06E33F72404BBF9606EEBF717C343FB38A04408C25893EAB17BA3EE2B39DBFF0CC61BF4ADBC23F0275A83FC3C4243FD9F016BF101192BF01937FBFE16C90BF6BE2273FB1FA3FBF0758ECBE408D393F686C333F5EE6933D0200FF3EACFBA73CE476F6BFAAE78DBD51E4D5BE280AB4BE81287B3E238210BFF9189D3FD5912DBEF2482C3E88FFA93E266D2FBE7571263F986D423F5B3D223F2D3136BF457A69BFF0C41DBFD2CFDEBB0DF2F1BF735E5DBFB72596BF8B7A32BFB8A072BFC5E04A3F9F46D93EB6816F3F8EC881BF0EF94DBFBD09A5BEE4AED13FA0A2D43FCA8923BFD8041D3FB3AB0840ABA385BF3FD54FBE321DA53FFBEF363F21BB80BF78CAC13FD43F7A3FD3E32F3FB0DF9FBF751B2FBEDD56A83F5691F93EB6C24B3F76EB8ABED753C13FA0827ABEEBD56B3F1782A43E10E577BFBBF7BD3F06D7A1BF15783DBF82360E3EC883B4BF1EF0E7BF88D3FCBD9A40DEBECAC790BE4017FD3EE1371040A5D0DABEFD221C406E676B3EA973E0BDD8122EC0CB6AC6BFEA55773E06D0083F7B0B5CBFF0BD8C3E018C5E3F05FB18BFE61BD4BF095282BF49E8ADBECB567D3E990D3D3F4A8777BFFDD890BBE73F99BE83C49DBB610C883F9825A13F601704BFEEA525BFBBDB3ABF57C010BF6675E7BE13E153BE0C9F0ABFCA0F8EBF0E6A9ABFDF20B23C16241A40DF26063F8BAD1D3F8372A23E2AD346BE812FFC3F3295B1BEFC0881BF9270A2BFDFA31C3E84F483BFD62A68BF173F67BFA5C5ACBF62E1093E6D56DBBFF90E10403FFF32C0C5A8B6BF7B29063D9991C73E1F65BDBED7C2853EF5161E3E"> : tensor<8x3x3x4xf32>}> : () -> tensor<8x3x3x4xf32> loc(#loc9)
    %7 = "arith.constant"() <{value = dense<[0.108972326, 0.571130157, 0.23191838, -0.108691655, -0.147773519, 0.879898548, -0.187249631, 0.569556236]> : tensor<8xf32>}> : () -> tensor<8xf32> loc(#loc10)
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

