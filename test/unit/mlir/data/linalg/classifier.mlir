// Made by mlir-opt of LLVM 19.1.7, tosa-to-linalg-named and tosa-to-linalg; see tools/generate_mlir_examples.py.
#map = affine_map<(d0, d1, d2, d3) -> (d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (0, d1, d2, d3)>
#map3 = affine_map<(d0, d1) -> (d1)>
#map4 = affine_map<(d0, d1) -> (d0, d1)>
#map5 = affine_map<(d0, d1) -> (0, d1)>
#map6 = affine_map<(d0, d1) -> (0, 0)>
module {
  func.func @main(%arg0: tensor<1x8x8x4xf32>) -> tensor<1x10xf32> {
    %cst = arith.constant 1.600000e+01 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant -3.40282347E+38 : f32
    %cst_2 = arith.constant 6.000000e+00 : f32
    %cst_3 = arith.constant dense<[0.868039488, -1.32164848, -2.26547146, 0.444052577, 0.0912886783, 0.0827688798, 0.25522089, 0.59342587, -0.491669685, 0.440411329]> : tensor<10xf32>
    %cst_4 = arith.constant dense<[[1.58210611, 0.388896823, 1.21292424, -0.425419122, 0.28001067, 0.518549383, 0.23966901, 0.489118159], [1.41564989, -0.307263047, -0.662899375, 0.334213078, -1.4527483, -0.0103736212, 1.19423318, -0.0106754834], [0.547218323, 0.384220183, 1.20268118, 0.506275654, 0.203112349, -3.3309164, -0.525521398, 7.055810e-01], [-0.15114972, -0.759767055, 0.891111791, -0.900515258, -0.362476498, 0.659132361, -0.543191135, 0.14134872], [-5.186690e-02, -1.23714399, -0.567894042, -0.41022864, -0.695727825, 1.04210067, -0.0770662203, -0.696407437], [-1.44927335, -0.384537667, 1.24657774, -0.370933414, 0.687969505, 0.384132504, -0.587327063, -1.02064145], [0.469786614, -1.75247586, 0.501962185, -1.25466073, 0.7902444, -0.455511093, -0.149765208, 0.990916132], [-1.058622, -0.00598746492, -0.372373641, 0.455405116, 0.666373431, 0.235964611, 0.156823009, -0.453326374], [0.556784213, -0.282308161, 0.0834026262, 0.139758453, -1.40248883, -1.17241728, 0.177754611, -0.059635859], [1.21119583, -2.46638846, 0.171455696, 1.04991376, 0.0552870966, 0.744049549, -0.0133341216, -0.0890608429]]> : tensor<10x8xf32>
    %cst_5 = arith.constant dense<"0xD43128BFBCA70D3FC426CDBEB63B34BB5EC0823E37356D3E0B4E943FA723AF3F2329AFBF03F989BEC01926BF70D7403FC1FE88BFE3F1453F7EC8323FC35E133FB3DE79BF51E95EBEFAAA8ABF1CAEC93E34BB733F6010C3BF137A54BF45802ABE17C408BF77B9BE3FB0ED17BE3D9B7F3EF4AD8EBFAC24C53F6EC2263E7B67453F6D4AAC3D5BE707C0BBE1CCBFA334A5BFA3FEEF3E0D1E03BFEE48DA3E47CE913EEC667D3E30CA6A3F02DF383E6663D2BF7B4D2EBFDD62D43FDB6D89BFF255AE3F7882D33FDA5818BF6241B03E6581B3BF2AB4453FB11F47BFCABCA7BF5C3CC9BEBD2EEABEB3D715BF27F9483EFF0A2DBEDAD929BF71E4723F15FA1A405B35853DC65334BF81267EBF8007173F115B83BE16B1763C9952FFBF7AE790BF8CC494BF3A94713FA16A8ABEF2121FC033BBF63EB4F5903F0FEFA63F375133C0C6671C3E85AA4F3F560B1B3F38AB71BE4492E6BF0002DEBE1A9DA5BE3DE9123F01C5233FD27A78BE93DB583F4E3F87BF58C12EBF995BFEBCE3D6123F22F1A4BED6859D3F6762D23E38FB72BFB448AF3D723363BF966A76BFF5B4B6BF9CE3B23F5BCF683FB9DFCCBF04748E3F4701763F7E09BABE22D7013F7FAD0F40DD8C923E0A03D83E4AA98F3FC36F84BFC209A2BF8B67B4BF2A0C9EBD6C6D5F3F3BD75BBF8441AFBF2B755E3E7EE6B2BEC934213FD409C9BD967918BE2ECB3DBD71A19A3D58196CBF0A758ABFC6E0D03FC09248401A2E953FC5ABCABFCA989F3DD78E9E3F1107C9BF3247DFBEACCBB6BE06125DBFD9CE48BF52B5883F5877CBBE7FB430BEDF06E33F72404BBF9606EEBF717C343FB38A04408C25893EAB17BA3EE2B39DBFF0CC61BF4ADBC23F0275A83FC3C4243FD9F016BF101192BF01937FBFE16C90BF6BE2273FB1FA3FBF0758ECBE408D393F686C333F5EE6933D0200FF3EACFBA73CE476F6BFAAE78DBD51E4D5BE280AB4BE81287B3E238210BFF9189D3FD5912DBEF2482C3E88FFA93E266D2FBE7571263F986D423F5B3D223F2D3136BF457A69BFF0C41DBFD2CFDEBB0DF2F1BF735E5DBFB72596BF8B7A32BFB8A072BFC5E04A3F9F46D93EB6816F3F8EC881BF0EF94DBFBD09A5BEE4AED13FA0A2D43FCA8923BFD8041D3FB3AB0840ABA385BF3FD54FBE321DA53FFBEF363F21BB80BF78CAC13FD43F7A3FD3E32F3FB0DF9FBF751B2FBEDD56A83F5691F93EB6C24B3F76EB8ABED753C13FA0827ABEEBD56B3F1782A43E10E577BFBBF7BD3F06D7A1BF15783DBF82360E3EC883B4BF1EF0E7BF88D3FCBD9A40DEBECAC790BE4017FD3EE1371040A5D0DABEFD221C406E676B3EA973E0BDD8122EC0CB6AC6BFEA55773E06D0083F7B0B5CBFF0BD8C3E018C5E3F05FB18BFE61BD4BF095282BF49E8ADBECB567D3E990D3D3F4A8777BFFDD890BBE73F99BE83C49DBB610C883F9825A13F601704BFEEA525BFBBDB3ABF57C010BF6675E7BE13E153BE0C9F0ABFCA0F8EBF0E6A9ABFDF20B23C16241A40DF26063F8BAD1D3F8372A23E2AD346BE812FFC3F3295B1BEFC0881BF9270A2BFDFA31C3E84F483BFD62A68BF173F67BFA5C5ACBF62E1093E6D56DBBFF90E10403FFF32C0C5A8B6BF7B29063D9991C73E1F65BDBED7C2853EF5161E3E"> : tensor<8x3x3x4xf32>
    %cst_6 = arith.constant dense<[0.108972326, 0.571130157, 0.23191838, -0.108691655, -0.147773519, 0.879898548, -0.187249631, 0.569556236]> : tensor<8xf32>
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
    %2 = linalg.conv_2d_nhwc_fhwc {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%padded, %cst_5 : tensor<1x10x10x4xf32>, tensor<8x3x3x4xf32>) outs(%1 : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
    %3 = tensor.empty() : tensor<1x8x8x8xf32>
    %4 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<1x8x8x8xf32>) outs(%3 : tensor<1x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = arith.minimumf %in, %cst_2 : f32
      %32 = arith.maximumf %31, %cst_7 : f32
      linalg.yield %32 : f32
    } -> tensor<1x8x8x8xf32>
    %5 = tensor.empty() : tensor<1x4x4x8xf32>
    %6 = linalg.fill ins(%cst_1 : f32) outs(%5 : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
    %7 = tensor.empty() : tensor<2x2xf32>
    %8 = linalg.pooling_nhwc_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%4, %7 : tensor<1x8x8x8xf32>, tensor<2x2xf32>) outs(%6 : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
    %9 = tensor.empty() : tensor<1x1x1x8xf32>
    %10 = linalg.fill ins(%cst_7 : f32) outs(%9 : tensor<1x1x1x8xf32>) -> tensor<1x1x1x8xf32>
    %11 = tensor.empty() : tensor<4x4xf32>
    %12 = linalg.pooling_nhwc_sum {dilations = dense<1> : vector<2xi64>, strides = dense<4> : vector<2xi64>} ins(%8, %11 : tensor<1x4x4x8xf32>, tensor<4x4xf32>) outs(%10 : tensor<1x1x1x8xf32>) -> tensor<1x1x1x8xf32>
    %13 = tensor.empty() : tensor<1x1x1x8xf32>
    %14 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<1x1x1x8xf32>) outs(%13 : tensor<1x1x1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = arith.divf %in, %cst : f32
      linalg.yield %31 : f32
    } -> tensor<1x1x1x8xf32>
    %collapsed = tensor.collapse_shape %14 [[0, 1, 2], [3]] : tensor<1x1x1x8xf32> into tensor<1x8xf32>
    %15 = tensor.empty() : tensor<8x10xf32>
    %transposed = linalg.transpose ins(%cst_4 : tensor<10x8xf32>) outs(%15 : tensor<8x10xf32>) permutation = [1, 0] 
    %16 = tensor.empty() : tensor<1x10xf32>
    %17 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel"]} ins(%cst_3 : tensor<10xf32>) outs(%16 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x10xf32>
    %18 = linalg.matmul ins(%collapsed, %transposed : tensor<1x8xf32>, tensor<8x10xf32>) outs(%17 : tensor<1x10xf32>) -> tensor<1x10xf32>
    %19 = tensor.empty() : tensor<1xf32>
    %20 = linalg.fill ins(%cst_1 : f32) outs(%19 : tensor<1xf32>) -> tensor<1xf32>
    %reduced = linalg.reduce ins(%18 : tensor<1x10xf32>) outs(%20 : tensor<1xf32>) dimensions = [1] 
      (%in: f32, %init: f32) {
        %31 = arith.maximumf %in, %init : f32
        linalg.yield %31 : f32
      }
    %expanded = tensor.expand_shape %reduced [[0, 1]] output_shape [1, 1] : tensor<1xf32> into tensor<1x1xf32>
    %21 = tensor.empty() : tensor<1x10xf32>
    %22 = linalg.generic {indexing_maps = [#map5, #map6, #map4], iterator_types = ["parallel", "parallel"]} ins(%18, %expanded : tensor<1x10xf32>, tensor<1x1xf32>) outs(%21 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %31 = arith.subf %in, %in_10 : f32
      linalg.yield %31 : f32
    } -> tensor<1x10xf32>
    %23 = tensor.empty() : tensor<1x10xf32>
    %24 = linalg.generic {indexing_maps = [#map5, #map4], iterator_types = ["parallel", "parallel"]} ins(%22 : tensor<1x10xf32>) outs(%23 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = math.exp %in : f32
      linalg.yield %31 : f32
    } -> tensor<1x10xf32>
    %25 = tensor.empty() : tensor<1xf32>
    %26 = linalg.fill ins(%cst_7 : f32) outs(%25 : tensor<1xf32>) -> tensor<1xf32>
    %reduced_8 = linalg.reduce ins(%24 : tensor<1x10xf32>) outs(%26 : tensor<1xf32>) dimensions = [1] 
      (%in: f32, %init: f32) {
        %31 = arith.addf %in, %init : f32
        linalg.yield %31 : f32
      }
    %expanded_9 = tensor.expand_shape %reduced_8 [[0, 1]] output_shape [1, 1] : tensor<1xf32> into tensor<1x1xf32>
    %27 = tensor.empty() : tensor<1x1xf32>
    %28 = linalg.generic {indexing_maps = [#map6, #map4], iterator_types = ["parallel", "parallel"]} ins(%expanded_9 : tensor<1x1xf32>) outs(%27 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %31 = arith.divf %cst_0, %in : f32
      linalg.yield %31 : f32
    } -> tensor<1x1xf32>
    %29 = tensor.empty() : tensor<1x10xf32>
    %30 = linalg.generic {indexing_maps = [#map5, #map6, #map4], iterator_types = ["parallel", "parallel"]} ins(%24, %28 : tensor<1x10xf32>, tensor<1x1xf32>) outs(%29 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %31 = arith.mulf %in, %in_10 : f32
      linalg.yield %31 : f32
    } -> tensor<1x10xf32>
    return %30 : tensor<1x10xf32>
  }
}

